/** Probabilities that mean what they say, fitted on pictures that the network has not learned from. */
import { temperatureOf } from '../assist/calibration.ts';
import { argmax, softmax } from './classification.ts';

/**
 * The temperature with the lowest cross-entropy (Guo et al. 2017), but 1 where every row is right: the
 * likelihood then only grows with the confidence, and no finite number of right answers says how much
 * is too much.
 *
 * @param rows logits of each example
 */
export function fittedTemperature(
  rows: readonly Float32Array[],
  labels: readonly number[],
): number {
  return rows.every((row, i) => argmax(row) === labels[i]) ? 1 : temperatureOf(rows, labels);
}

/** Softmax of a row of logits divided by the temperature. */
export const calibrated = (row: Float32Array, temperature: number): Float32Array =>
  softmax(row.map((logit) => logit / temperature));
