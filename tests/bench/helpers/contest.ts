/** A work done by Graft and by PyTorch in turns, in one run on one machine. */
import { availableParallelism } from 'node:os';
import { median } from './print.ts';
import { torch } from './reference.ts';

/** One way in which Graft does the work. */
export interface Entry {
  readonly work: string;
  readonly goal?: number;
  /** Does the work once; units a second. */
  readonly run: () => Promise<number>;
}

export interface Contest {
  readonly unit: string;
  readonly rounds?: number;
  /** Each is held against the same reference. */
  readonly entries: readonly Entry[];
  /** What reference.py does for it: the name of a function there, and its arguments. */
  readonly reference: { readonly function: string; readonly arguments: object };
}

/** The layouts of maps that PyTorch knows; Graft is held against the better of the two. */
const layouts = ['default', 'channels_last'] as const;
export const threads = availableParallelism();

/** Prints the medians of a few rounds, a line for each entry. */
export async function contest(options: Contest): Promise<void> {
  const { unit, rounds = 3, entries, reference } = options;
  const ours = entries.map((entry) => ({ entry, values: [] as number[] }));
  const theirs = layouts.map((layout) => ({ layout, values: [] as number[] }));
  const python = await torch();
  for (let round = 0; round < rounds; round++) {
    for (const { entry, values } of ours) values.push(await entry.run());
    if (!python) continue;
    for (const { layout, values } of theirs) {
      const given = { ...reference.arguments, layout, threads };
      values.push(await python.call(reference.function, given));
    }
  }
  const [best] = theirs
    .map(({ layout, values }) => ({ layout, value: median(values) }))
    .toSorted((a, b) => b.value - a.value);
  const name = `PyTorch ${python?.version}, ${best!.layout}`;
  for (const { entry, values } of ours) {
    report({
      ...{ work: entry.work, unit, graft: median(values) },
      reference: python ? { name, value: best!.value } : null,
      ...(entry.goal !== undefined && { goal: entry.goal }),
    });
  }
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
