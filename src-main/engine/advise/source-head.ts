/** What the network makes of the pictures by the classes that it was trained for. */
import { type Matrix, rowOf, timesTransposed } from '../assist/algebra.ts';
import type { Head } from '../backbones/head-file.ts';
import { softmax } from '../training/classification.ts';

/** Of each image. */
export interface HeadView {
  /** Probability of the likeliest class. */
  readonly confidence: readonly number[];
  /** Of the probabilities, as a share of the most that it can be: 0 is certain, 1 is no idea. */
  readonly entropy: readonly number[];
}

/** @param features what the network ends in, a row for each image */
export async function askHead({ weight, bias }: Head, features: Matrix): Promise<HeadView> {
  const logits = await timesTransposed(features, weight);
  const classes = weight.rows;
  const confidence: number[] = [];
  const entropy: number[] = [];
  for (let i = 0; i < logits.rows; i++) {
    const probabilities = softmax(rowOf(logits, i).map((value, k) => value + bias[k]!));
    confidence.push(probabilities.reduce((most, p) => Math.max(most, p), 0));
    const nats = probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
    entropy.push(nats / Math.log(classes));
  }
  return { confidence, entropy };
}
