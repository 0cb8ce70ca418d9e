/** Accuracy with its 95 % Wilson interval, and macro F1. */
import type { TestResult } from '../../src-shared/domain.ts';

export function score(
  pairs: readonly { readonly actual: number; readonly predicted: number }[],
  classes: number,
): TestResult {
  const n = pairs.length;
  const p = pairs.filter((pair) => pair.actual === pair.predicted).length / n;
  const z = 1.959963984540054;
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  let sum = 0;
  for (let c = 0; c < classes; c++) {
    const hit = pairs.filter((x) => x.actual === c && x.predicted === c).length;
    const seen = pairs.filter((x) => x.actual === c).length;
    const said = pairs.filter((x) => x.predicted === c).length;
    sum += seen + said === 0 ? 0 : (2 * hit) / (seen + said);
  }
  return {
    accuracy: p,
    low: Math.max(0, middle - half),
    high: Math.min(1, middle + half),
    macroF1: sum / classes,
    count: n,
  };
}
