/**
 * From real numbers to integers and back: real = scale * (integer - zeroPoint), with the integer rounded and
 * kept within its type (Jacob et al. 2018, "Quantization and training of neural networks for efficient
 * integer-arithmetic-only inference", section 2.1).
 */
import type { Range } from './ranges.ts';

export interface Affine {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** uint8 for the numbers of a range, widened so that 0 is a whole step: padding must be exact. */
export function affineOf({ low, high }: Range): Affine {
  const from = Math.min(low, 0);
  const scale = Math.fround((Math.max(high, 0) - from) / 255) || 1;
  return { scale, zeroPoint: Math.min(255, Math.max(0, Math.round(-from / scale))) };
}

export interface QuantisedWeights {
  readonly weights: Int8Array;
  /** One for each output channel. */
  readonly scales: Float32Array;
  readonly bias: Int32Array | undefined;
}

const largestBias = 2 ** 30;

/**
 * Symmetric int8 with a scale for each output channel, and the bias in int32 with the scale of the sums,
 * inputScale * scale. Where that bias would not fit, its channel's scale is widened until it does.
 *
 * @param weights the channels one after the other
 * @param limit the largest integer: 127, or 63 where sums of products saturate
 */
export function quantiseWeights(
  weights: Float32Array,
  bias: Float32Array | undefined,
  channels: number,
  inputScale: number,
  limit: number,
): QuantisedWeights {
  const each = weights.length / channels;
  const quantised = new Int8Array(weights.length);
  const scales = new Float32Array(channels);
  const sums = bias && new Int32Array(channels);
  for (let c = 0; c < channels; c++) {
    let largest = 0;
    for (let i = c * each; i < (c + 1) * each; i++) {
      largest = Math.max(largest, Math.abs(weights[i]!));
    }
    const fitting = Math.abs(bias?.[c] ?? 0) / inputScale / largestBias;
    // A channel of zeros has any scale.
    const scale = Math.fround(Math.max(largest / limit, fitting)) || 1;
    scales[c] = scale;
    for (let i = c * each; i < (c + 1) * each; i++) {
      quantised[i] = Math.max(-limit, Math.min(limit, Math.round(weights[i]! / scale)));
    }
    if (sums) sums[c] = Math.round(bias![c]! / (inputScale * scale));
  }
  return { weights: quantised, scales, bias: sums };
}
