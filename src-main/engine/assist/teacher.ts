/** From labelled pictures to a calibrated classifier of all others, and to what it says of unseen ones. */

import { stratifiedFolds } from '../training/choose-layer.ts';
import { softmax, toProbabilities } from '../training/classification.ts';
import { seededRandom } from '../training/random.ts';
import { gather, type Matrix, rowOf } from './algebra.ts';
import { temperatureOf } from './calibration.ts';
import type { Embedding } from './embedding.ts';
import { inOrder } from './order.ts';
import { type Classifier, fit, logitsOf } from './softmax-regression.ts';

/** Labelled pictures that have features. */
export interface Lesson {
  readonly ids: readonly number[];
  /** Class of each, from 0. */
  readonly labels: readonly number[];
  readonly classes: number;
}

export interface Taught {
  /** On centred rows: see `Centre`. */
  readonly classifier: Classifier;
  readonly centre: Centre;
  readonly calibration: Calibration;
}

interface Calibration {
  readonly temperature: number;
  /** Pictures of the lesson by which it was found. */
  readonly pictures: number;
  /** Lessons that it has served. */
  readonly served: number;
}

/** Rows become (row - mean) / scale, of length one on average, so that one decay fits every backbone. */
interface Centre {
  readonly mean: Float32Array;
  readonly scale: number;
}

const folds = 5;
const seed = 1;
/** Stream of the seed. */
const shortening = 13;
/** Set by hand, not tuned: the temperature makes up for what it does to the confidence. */
export const decay = 3e-3;

/** Those of the labelled pictures that have features. */
export function lessonOf(
  embedding: Embedding,
  ids: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): Lesson {
  const known = Array.from(ids, (id, i) => ({ id, label: labels[i]! })).filter(
    ({ id }) => embedding.rowOf(id) !== undefined,
  );
  return { ids: known.map(({ id }) => id), labels: known.map(({ label }) => label), classes };
}

/** More pictures of a class than this teach little more, and keep the answer waiting. */
const mostOfClass = 500;

/**
 * At most 500 pictures of each class, chosen by their ids alone: with one label more it is at most one picture that is
 * another, and the classifier need not go far from where it was.
 */
export function shortened({ ids, labels, classes }: Lesson): Lesson {
  const taken = new Array<number>(classes).fill(0);
  const order = inOrder(Int32Array.from(ids.keys()), (i) => seededRandom(ids[i]!, shortening)());
  const kept = order.filter((i) => taken[labels[i]!]!++ < mostOfClass).sort();
  return {
    ids: Array.from(kept, (i) => ids[i]!),
    labels: Array.from(kept, (i) => labels[i]!),
    classes,
  };
}

export async function teach(embedding: Embedding, lesson: Lesson, from?: Taught): Promise<Taught> {
  const rows = embedding.gather(lesson.ids.map((id) => embedding.rowOf(id)!));
  const kept = from && stillFits(from, rows, lesson) ? from : undefined;
  const centre = kept?.centre ?? centreOf(rows);
  centreRows(rows, centre);
  const { classes, labels } = lesson;
  const classifier = await fit(rows, labels, { classes, decay, from: from?.classifier });
  if (kept) {
    const { served } = kept.calibration;
    return { classifier, centre, calibration: { ...kept.calibration, served: served + 1 } };
  }
  const temperature = temperatureOf(await outOfFold(rows, lesson, classifier), labels);
  return { classifier, centre, calibration: { temperature, pictures: labels.length, served: 1 } };
}

/**
 * Five folds cost several times what the classifier does, and neither the temperature nor the middle of the rows moves much
 * with a label more: they are found anew when the lesson has grown by a twentieth, and for every twentieth lesson.
 */
function stillFits(
  { classifier, calibration }: Taught,
  rows: Matrix,
  { classes }: Lesson,
): boolean {
  const { pictures, served } = calibration;
  const isOfSameShape = classifier.classes === classes && classifier.features === rows.columns;
  return isOfSameShape && Math.abs(rows.rows - pictures) <= pictures / 20 && served < 20;
}

/**
 * What a classifier says of each labelled picture that has not seen it: five stratified folds, calibrated
 * on the same.
 *
 * @returns probabilities, a row for each picture of the lesson
 */
export async function outOfFoldProbabilities(
  embedding: Embedding,
  lesson: Lesson,
): Promise<Float32Array[]> {
  const rows = embedding.gather(lesson.ids.map((id) => embedding.rowOf(id)!));
  centreRows(rows, centreOf(rows));
  const logits = await outOfFold(rows, lesson);
  const temperature = temperatureOf(logits, lesson.labels);
  return logits.map((row) => softmax(row.map((z) => z / temperature)));
}

async function outOfFold(
  rows: Matrix,
  { labels, classes }: Lesson,
  from?: Classifier,
): Promise<Float32Array[]> {
  const all = labels.map((_, i) => i);
  const logits: Float32Array[] = new Array(labels.length);
  for (const held of stratifiedFolds(all, labels, Math.min(folds, labels.length), seed)) {
    const away = new Set(held);
    const rest = all.filter((i) => !away.has(i));
    const classifier = await fit(
      gather(rows, rest),
      rest.map((i) => labels[i]!),
      { classes, decay, from },
    );
    const said = await logitsOf(classifier, gather(rows, held));
    for (const [place, i] of held.entries()) logits[i] = rowOf(said, place);
  }
  return logits;
}

/**
 * The calibrated probabilities of the classes for every picture that has features: a row for each in the order of the
 * embedding's ids, a block of rows at a time.
 */
export async function* opinions(
  embedding: Embedding,
  taught: Taught,
): AsyncGenerator<Matrix, void, void> {
  const { temperature } = taught.calibration;
  const classifier = forRowsAsTheyAre(taught);
  for (const { matrix } of embedding.blocks()) {
    const logits = await logitsOf(classifier, matrix);
    for (let i = 0; i < logits.rows; i++) toProbabilities(rowOf(logits, i), temperature);
    yield logits;
  }
}

/** W (x - mean) / scale + b as a product with x itself: nothing of the size of all pictures is copied. */
function forRowsAsTheyAre({ classifier, centre: { mean, scale } }: Taught): Classifier {
  const { classes, features } = classifier;
  const weights = Float64Array.from(classifier.weights);
  for (let k = 0; k < classes; k++) {
    let offset = 0;
    for (let f = 0; f < features; f++) {
      const at = k * features + f;
      weights[at]! /= scale;
      offset += weights[at]! * mean[f]!;
    }
    weights[classes * features + k]! -= offset;
  }
  return { classes, features, weights };
}

export function centreOf({ rows, columns, data }: Matrix): Centre {
  const mean = new Float64Array(columns);
  for (let at = 0; at < data.length; at += columns) {
    for (let f = 0; f < columns; f++) mean[f]! += data[at + f]! / rows;
  }
  let square = 0;
  for (let at = 0; at < data.length; at += columns) {
    for (let f = 0; f < columns; f++) square += (data[at + f]! - mean[f]!) ** 2;
  }
  // Rows that are all the same tell nothing, and any scale will do.
  return { mean: Float32Array.from(mean), scale: Math.sqrt(square / rows) || 1 };
}

/** In place: they are many, and copies already. @returns the same rows */
export function centreRows(rows: Matrix, { mean, scale }: Centre): Matrix {
  const { columns, data } = rows;
  for (let at = 0; at < data.length; at += columns) {
    for (let f = 0; f < columns; f++) data[at + f] = (data[at + f]! - mean[f]!) / scale;
  }
  return rows;
}
