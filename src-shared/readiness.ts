/** What a project still lacks before anything can be trained on it. */
import type { Label } from './domain.ts';

/** A label needs a picture to train on, one to choose by and one to test. */
export const leastPerLabel = 3;

/** A label with fewer is neither suggested nor told from the others by suggestions. */
export const fewestToSuggest = 5;

/** A label with fewer is learned badly, however it is trained. */
export const fewToLearn = 10;

/**
 * The one next step in a sentence, or null when training can start: at least two labels, and of each that
 * is used at all at least three pictures. Labels without a picture are left out of the training.
 */
export function missingForTraining(
  labels: readonly Pick<Label, 'name' | 'count' | 'excluded'>[],
): string | null {
  const used = labels
    .map(({ name, count, excluded }) => ({ name, count: count - excluded }))
    .filter(({ count }) => count > 0);
  if (used.length === 0) return 'Label some pictures with at least two labels to train.';
  const thin = used.find(({ count }) => count < leastPerLabel);
  if (thin) {
    const more = leastPerLabel - thin.count;
    return `Label ${more} more ${more === 1 ? 'picture' : 'pictures'} of ${thin.name} to train.`;
  }
  if (used.length === 1)
    return `Label ${leastPerLabel} pictures of something else than ${used[0]!.name} to train.`;
  return null;
}
