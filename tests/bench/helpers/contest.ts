/** A work done by Graft and by PyTorch in turns, in one run on one machine. */
import { availableParallelism } from 'node:os';
import { median } from './print.ts';
import { torch } from './reference.ts';

export interface Contest {
  readonly work: string;
  readonly unit: string;
  readonly goal?: number;
  readonly rounds?: number;
  /** Does the work once; units a second. */
  readonly graft: () => Promise<number>;
  /** What reference.py does for it: the name of a function there, and its arguments. */
  readonly reference: { readonly function: string; readonly arguments: object };
}

/** The layouts of maps that PyTorch knows; Graft is held against the better of the two. */
const layouts = ['default', 'channels_last'] as const;
export const threads = availableParallelism();

/** Prints the medians of a few rounds. */
export async function contest(options: Contest): Promise<void> {
  const { work, unit, goal, rounds = 3, graft, reference } = options;
  const ours: number[] = [];
  const theirs = layouts.map((layout) => ({ layout, values: [] as number[] }));
  const python = await torch();
  for (let round = 0; round < rounds; round++) {
    ours.push(await graft());
    for (const { layout, values } of theirs) {
      if (!python) continue;
      const given = { ...reference.arguments, layout, threads };
      values.push(await python.call(reference.function, given));
    }
  }
  const [best] = theirs
    .map(({ layout, values }) => ({ layout, value: median(values) }))
    .toSorted((a, b) => b.value - a.value);
  const name = `PyTorch ${python?.version}, ${best!.layout}`;
  report({
    work,
    unit,
    graft: median(ours),
    reference: python ? { name, value: best!.value } : null,
    ...(goal !== undefined && { goal }),
  });
}

/** One line of what a benchmark prints. */
export interface Measured {
  /** What was done, in words. */
  readonly work: string;
  /** Of the figures: "images/s" and the like. */
  readonly unit: string;
  readonly graft: number;
  /** The best of what it is held against; null when there is nothing to hold it against here. */
  readonly reference: { readonly name: string; readonly value: number } | null;
  /** The least ratio that is wanted. */
  readonly goal?: number;
}

/** One line; `ratio` is Graft's figure over the reference's: above 1, Graft does more. */
export function report({ work, unit, graft, reference, goal }: Measured): void {
  const ratio = reference && digits(graft / reference.value);
  const shown = reference && { ...reference, value: digits(reference.value) };
  const line = { work, unit, graft: digits(graft), reference: shown, ratio, goal };
  console.log(JSON.stringify(line));
}

const digits = (value: number) => Number(value.toPrecision(4));
