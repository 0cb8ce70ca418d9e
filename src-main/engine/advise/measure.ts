/** All that is measured of labelled images, on what a frozen network says of them. */
import type { Advice } from '../../../src-shared/advisor/advice.ts';
import { earlyBlocks } from '../../../src-shared/recipes.ts';
import { gather, type Matrix } from '../assist/algebra.ts';
import type { Head } from '../backbones/head-file.ts';
import { seededRandom, shuffled } from '../training/random.ts';
import { amountOf } from './amount.ts';
import { divergences } from './divergence.ts';
import { logme } from './logme.ts';
import { centred, gramOf, learningCurve, recognised } from './probes.ts';
import { halves, mean } from './resample.ts';
import { headOn, type Measured, similarityOf } from './similarity.ts';
import { askHead } from './source-head.ts';
import type { Statistics } from './trunk.ts';

/** Images that LogME takes: it grows with their cube. */
const mostForLogme = 64;
/** Halves of the images that intervals come from. */
const draws = 40;
/** Stream of the seed. */
const choosing = 23;

export interface Seen {
  /** Names of the blocks, from the stem. */
  readonly blocks: readonly string[];
  /** What leaves each block, a row for each image; then what the normalisations see, if there are any. */
  readonly layers: readonly Matrix[];
  readonly statistics: readonly Statistics[];
  readonly head: Head | null;
  /** Class of each image. */
  readonly labels: readonly number[];
  readonly classes: number;
  /** Labelled images, of which these may be some. */
  readonly labelled: number;
}

/** @param tell is told of each step, of `stepsOf` */
export async function measure(
  { blocks, layers, statistics, head, labels, classes, labelled }: Seen,
  tell: (steps: number) => void,
): Promise<{
  readonly similarity: Advice['similarity'];
  readonly amount: ReturnType<typeof amountOf>;
}> {
  const all = labels.map((_, i) => i);
  const few = new Set(shuffled(all, seededRandom(2, choosing)).slice(0, mostForLogme));
  const logmeOn = (block: number, rows: readonly number[]) => {
    const own = rows.filter((i) => few.has(i));
    const chosen = own.map((i) => labels[i]!);
    return logme(centred(gather(layers[block]!, own)), chosen, classes);
  };
  const last = blocks.length - 1;
  const right: boolean[][] = [];
  const depths: number[] = [];
  for (const block of blocks.keys()) {
    right.push(recognised(await gramOf(layers[block]!), labels, classes));
    tell(1);
    depths.push(logmeOn(block, all));
    tell(1);
  }
  const early = depths.slice(0, earlyBlocks(blocks.length));
  const best = early.indexOf(Math.max(...early));
  const view = head && (await askHead(head, layers[last]!));
  const measuredOn = (rows: readonly number[]): Measured => ({
    probes: right.map((block) => mean(rows.map((i) => Number(block[i])))),
    logmeLead: logmeOn(last, rows) - logmeOn(best, rows),
    divergences:
      statistics.length === 0 ? null : divergences(statistics, layers.at(-1)!, blocks.length, rows),
    head: view && headOn(view, rows),
  });
  const similarity = similarityOf(
    blocks,
    depths,
    measuredOn(all),
    halves(all.length, draws).map(measuredOn),
  );
  const gram = await gramOf(layers[last]!);
  const curve = await learningCurve(gram, labels, classes, () => tell(1));
  return { similarity, amount: amountOf(curve, labelled) };
}

/** Two of each block, and one of each repeat of the learning curve. */
export const stepsOf = (blocks: number): number => 2 * blocks + 8;
