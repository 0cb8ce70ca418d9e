/**
 * Temperature scaling (Guo et al., On Calibration of Modern Neural Networks, ICML 2017): logits are divided
 * by one number, chosen on pictures that the classifier has not seen, so that of what it says with 80 %
 * about 80 % is right. The likeliest class stays the same.
 */
import { crossEntropy } from '../training/classification.ts';

/** Outside, there is too little data to say. */
const [coldest, hottest] = [0.1, 10];
const golden = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature with the lowest mean cross-entropy; 1 without examples. The loss is convex in 1 / T, so
 * a golden-section search over log T finds it (to 1 %).
 *
 * @param logits one row for each example, from a classifier that has not seen it
 */
export function temperatureOf(
  logits: readonly ArrayLike<number>[],
  labels: readonly number[],
): number {
  if (logits.length === 0) return 1;
  const scaled = new Float64Array(logits[0]!.length);
  const loss = (logT: number) => {
    const T = Math.exp(logT);
    let sum = 0;
    for (let i = 0; i < logits.length; i++) {
      const row = logits[i]!;
      for (let k = 0; k < row.length; k++) scaled[k] = row[k]! / T;
      sum += crossEntropy(scaled, labels[i]!);
    }
    return sum;
  };
  let [low, high] = [Math.log(coldest), Math.log(hottest)];
  let a = high - golden * (high - low);
  let b = low + golden * (high - low);
  let [atA, atB] = [loss(a), loss(b)];
  while (high - low > 0.01) {
    if (atA <= atB) {
      [high, b, atB] = [b, a, atA];
      a = high - golden * (high - low);
      atA = loss(a);
    } else {
      [low, a, atA] = [a, b, atB];
      b = low + golden * (high - low);
      atB = loss(b);
    }
  }
  return Math.exp((low + high) / 2);
}
