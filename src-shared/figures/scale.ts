/** Axes of the figures. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * About `count` round numbers from `low` to `high`, both ends covered: steps of 1, 2 or 5 times a power
 * of ten. A span of nothing is widened, so that there is always a scale.
 */
export function ticks(low: number, high: number, count: number): readonly number[] {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((unit) => unit * power).find((unit) => unit >= rough)!;
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  // Multiplied, not added up: 0.1 + 0.2 is no tick.
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** Maps a domain onto a range, linearly. */
export function linear(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): (value: number) => number {
  const span = to - from || 1;
  return (value) => start + ((value - from) / span) * (end - start);
}

/** An SVG path through points; a gap where a value is not finite. */
export function path(points: readonly Point[]): string {
  let pen = 'M';
  return points
    .map(({ x, y }) => {
      if (!Number.isFinite(y)) {
        pen = 'M';
        return '';
      }
      const part = `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
      pen = 'L';
      return part;
    })
    .join('');
}
