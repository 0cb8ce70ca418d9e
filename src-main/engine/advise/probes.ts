/** Linear classifiers on a block's features: how well they do, on images that they have not seen. */
import { setImmediate } from 'node:timers/promises';
import { type Matrix, timesTransposed } from '../assist/algebra.ts';
import { stratifiedFolds } from '../training/choose-layer.ts';
import { type Random, seededRandom, shuffled } from '../training/random.ts';
import { ridgeClasses } from './ridge.ts';

const folds = 5;
const seed = 1;
/** Stream of the seed. */
const drawing = 21;

/** Rows around zero and of length one on average, so that one decay fits every block. */
export function centred({ rows, columns, data }: Matrix): Matrix {
  const mean = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) mean[i % columns]! += data[i]! / rows;
  const moved = Float32Array.from(data, (value, i) => value - mean[i % columns]!);
  const scale = Math.sqrt(moved.reduce((sum, value) => sum + value * value, 0) / rows) || 1;
  return { rows, columns, data: moved.map((value) => value / scale) };
}

/** Inner products of all images' features, around zero. */
export async function gramOf(features: Matrix): Promise<Matrix> {
  const rows = centred(features);
  return timesTransposed(rows, rows);
}

function rightOn(
  gram: Matrix,
  labels: readonly number[],
  classes: number,
  train: readonly number[],
  held: readonly number[],
): boolean[] {
  const said = ridgeClasses(gram, labels, classes, train, held);
  return held.map((i, at) => said[at] === labels[i]);
}

/**
 * Five stratified folds, each judged by a classifier of the others.
 *
 * @param gram of the block's features
 * @returns for each row whether it was recognised
 */
export function recognised(gram: Matrix, labels: readonly number[], classes: number): boolean[] {
  const all = labels.map((_, i) => i);
  const right = new Array<boolean>(labels.length).fill(false);
  for (const held of stratifiedFolds(all, labels, Math.min(folds, labels.length), seed)) {
    const away = new Set(held);
    const rest = all.filter((i) => !away.has(i));
    const said = rightOn(gram, labels, classes, rest, held);
    for (const [at, i] of held.entries()) right[i] = said[at]!;
  }
  return right;
}

export interface Repeats {
  /** Of all labels. */
  readonly fraction: number;
  /** That were learned from. */
  readonly images: number;
  /** Of each repeat, on the fifth of the images that no classifier of the repeat learned from. */
  readonly accuracies: readonly number[];
}

export const fractions = [0.1, 0.2, 0.4, 0.8] as const;
const repeats = 8;
/** The share of the images that each repeat is judged on. */
export const tested = 1 - fractions.at(-1)!;

/** Accuracies after a tenth, a fifth, two and four fifths of the labels, each repeated with others. */
export async function learningCurve(
  gram: Matrix,
  labels: readonly number[],
  classes: number,
  progress: (share: number) => void,
): Promise<readonly Repeats[]> {
  const all = labels.map((_, i) => i);
  const accuracies = fractions.map((): number[] => []);
  for (let repeat = 0; repeat < repeats; repeat++) {
    // Class by class in turn, so that any beginning of the list has about as many of each.
    const order = inTurn(all, labels, seededRandom(seed + repeat, drawing));
    const most = Math.round(fractions.at(-1)! * all.length);
    const held = order.slice(most);
    for (const [at, fraction] of fractions.entries()) {
      const train = order.slice(0, Math.max(classes, Math.round(fraction * all.length)));
      const right = rightOn(gram, labels, classes, train, held);
      accuracies[at]!.push(right.filter(Boolean).length / right.length);
    }
    progress((repeat + 1) / repeats);
    // Lets the engine hear that the job is cancelled.
    await setImmediate();
  }
  return fractions.map((fraction, at) => ({
    fraction,
    images: Math.max(classes, Math.round(fraction * all.length)),
    accuracies: accuracies[at]!,
  }));
}

/** In random order, the classes mixed evenly: each image at its place within its class. */
function inTurn(all: readonly number[], labels: readonly number[], random: Random): number[] {
  const places = new Map<number, number>();
  const seen = new Map<number, number>();
  const counts = Map.groupBy(all, (i) => labels[i]!);
  for (const i of shuffled(all, random)) {
    const label = labels[i]!;
    const before = seen.get(label) ?? 0;
    seen.set(label, before + 1);
    places.set(i, (before + random()) / counts.get(label)!.length);
  }
  return all.toSorted((a, b) => places.get(a)! - places.get(b)!);
}
