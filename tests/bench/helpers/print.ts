/** One line of JSON for each figure, so that a program can read them too. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it should come to; not given for what only explains another figure. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

export function print({ name, value, unit, atMost, atLeast }: Figure): void {
  const rounded = Math.round(value * 100) / 100;
  const goal =
    atMost !== undefined ? `<= ${atMost}` : atLeast !== undefined ? `>= ${atLeast}` : null;
  const met =
    goal === null ? null : value <= (atMost ?? Infinity) && value >= (atLeast ?? -Infinity);
  console.log(JSON.stringify({ name, value: rounded, unit, goal, met }));
}

/** The value below which this share of them lies (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
