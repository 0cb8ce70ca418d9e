/** Classes of unequal size: weights for the loss, or an epoch in which all come equally often. */
import { type Random, shuffled } from './random.ts';

function counts(labels: readonly number[], classes: number): number[] {
  const found = new Array<number>(classes).fill(0);
  for (const label of labels) found[label]!++;
  return found;
}

/**
 * Inverse frequencies, whose mean over the examples is 1: N / (K n_k), as scikit-learn's `balanced` and
 * Keras's guide to imbalanced data. A class without examples counts as if it had one.
 *
 * @param labels class of each training example
 */
export function inverseFrequencies(labels: readonly number[], classes: number): number[] {
  return counts(labels, classes).map((count) => labels.length / (classes * Math.max(1, count)));
}

/**
 * As many examples as there are, each class equally often (give or take one): of the large classes another
 * part each time, of the small ones each example several times, none once more than another before
 * all have come as often.
 *
 * @param labels class of each example (an index into it)
 */
export function balancedExamples(
  examples: readonly number[],
  labels: readonly number[],
  random: Random,
): number[] {
  const byClass = Map.groupBy(examples, (example) => labels[example]!);
  // Which classes get the examples that are left over is drawn too.
  const groups = shuffled([...byClass.values()], random);
  const drawn = groups.flatMap((group, at) => {
    const wanted =
      Math.floor(((at + 1) * examples.length) / groups.length) -
      Math.floor((at * examples.length) / groups.length);
    const rounds = Math.ceil(wanted / group.length);
    return Array.from({ length: rounds }, () => shuffled(group, random))
      .flat()
      .slice(0, wanted);
  });
  return shuffled(drawn, random);
}
