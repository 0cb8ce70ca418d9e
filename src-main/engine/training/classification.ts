/** From logits to probabilities, and how good they are. */

/** Softmax of one row of logits. */
export function softmax(logits: ArrayLike<number>): Float32Array {
  const probabilities = Float32Array.from(logits);
  toProbabilities(probabilities);
  return probabilities;
}

/** The same in place, of the logits over a temperature. */
export function toProbabilities(logits: Float32Array, temperature = 1): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < logits.length; k++) highest = Math.max(highest, logits[k]!);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) {
    logits[k] = Math.exp((logits[k]! - highest) / temperature);
    sum += logits[k]!;
  }
  for (let k = 0; k < logits.length; k++) logits[k]! /= sum;
}

/** -log softmax(logits)[label], computed without leaving the logarithm, so that it is never infinite. */
export function crossEntropy(logits: ArrayLike<number>, label: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < logits.length; k++) highest = Math.max(highest, logits[k]!);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) sum += Math.exp(logits[k]! - highest);
  return highest + Math.log(sum) - logits[label]!;
}

/** Index of the largest; the first of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k]! > values[best]!) best = k;
  return best;
}

export interface Quality {
  /** Share of rows whose largest logit is the label's. */
  readonly accuracy: number;
  /** Mean cross-entropy. */
  readonly loss: number;
}

/** @param rows logits of each example */
export function quality(rows: readonly Float32Array[], labels: readonly number[]): Quality {
  let right = 0;
  let loss = 0;
  for (const [i, logits] of rows.entries()) {
    if (argmax(logits) === labels[i]) right++;
    loss += crossEntropy(logits, labels[i]!);
  }
  return { accuracy: right / rows.length, loss: loss / rows.length };
}
