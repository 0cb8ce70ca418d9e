/** How similar the pictures are to what the network knew, with what chance would make of it. */
import type { Advice } from '../../../src-shared/advisor/advice.ts';
import {
  headPart,
  logmePart,
  probesPart,
  similarityScore,
  statisticsPart,
} from '../../../src-shared/advisor/position.ts';
import { earlyBlocks } from '../../../src-shared/recipes.ts';
import { deviation, fromHalves, mean, shareFromHalves } from './resample.ts';
import type { HeadView } from './source-head.ts';

/** What was measured on some of the images. */
export interface Measured {
  /** Accuracy of each block's classifier. */
  readonly probes: readonly number[];
  /** Of the last block less that of the best early one. */
  readonly logmeLead: number;
  /** Null for a network without normalisations, and for blocks without one. */
  readonly divergences: readonly (number | null)[] | null;
  readonly head: { readonly confidence: number; readonly entropy: number } | null;
}

/**
 * @param names of the blocks, from the stem, @param logme of each
 * @param all measured on all images, @param halves on each of some random halves of them: all parts on the same
 * images, so that the interval of the score holds what they have in common
 */
export function similarityOf(
  names: readonly string[],
  logme: readonly number[],
  all: Measured,
  halves: readonly Measured[],
): Advice['similarity'] {
  const leads = halves.map(({ probes }) => lead(probes));
  const error = deviation(leads);
  const parts = partsOf(all, error);
  const ofHalves = halves.map((half) => partsOf(half, error));
  const part = (name: keyof Parts) => {
    const value = parts[name];
    return value === null
      ? null
      : shareFromHalves(
          value,
          ofHalves.map((each) => each[name]!),
        );
  };
  const score = shareFromHalves(similarityScore(parts), ofHalves.map(similarityScore));
  const { head } = all;
  return {
    score: score.value,
    low: score.low,
    high: score.high,
    parts: {
      statistics: part('statistics'),
      probes: part('probes')!,
      logme: part('logme')!,
      head: part('head'),
    },
    lead: fromHalves(lead(all.probes), leads),
    ...(head && {
      source: {
        confidence: shareFromHalves(
          head.confidence,
          halves.map((each) => each.head!.confidence),
        ),
        entropy: shareFromHalves(
          head.entropy,
          halves.map((each) => each.head!.entropy),
        ),
      },
    }),
    byBlock: names.map((block, i) => {
      const divergence = all.divergences?.[i] ?? null;
      return {
        block,
        divergence:
          divergence === null
            ? null
            : fromHalves(
                divergence,
                halves.map((each) => each.divergences![i]!),
              ),
        probe: shareFromHalves(
          all.probes[i]!,
          halves.map((each) => each.probes[i]!),
        ),
        logme: logme[i]!,
      };
    }),
  };
}

type Parts = Parameters<typeof similarityScore>[0];

function partsOf({ probes, logmeLead, divergences, head }: Measured, error: number): Parts {
  return {
    probes: probesPart(lead(probes), error),
    logme: logmePart(logmeLead),
    statistics: divergences && statisticsPart(median(divergences)),
    head: head && headPart(head.entropy),
  };
}

/** How much the last block is ahead of the best early one. */
export function lead(byBlock: readonly number[]): number {
  return byBlock.at(-1)! - Math.max(...byBlock.slice(0, earlyBlocks(byBlock.length)));
}

/** Of the blocks that have one. */
export function median(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  return known[Math.floor(known.length / 2)]!;
}

/** What the head says of some images. */
export const headOn = (view: HeadView, rows: readonly number[]): NonNullable<Measured['head']> => ({
  confidence: mean(rows.map((i) => view.confidence[i]!)),
  entropy: mean(rows.map((i) => view.entropy[i]!)),
});
