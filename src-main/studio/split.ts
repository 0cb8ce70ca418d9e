/** Which images are trained on, which choose the model, and which are kept for the test. */
import { type SplitName, splitName } from '../../src-shared/domain.ts';
import { seededRandom, shuffled } from '../engine/training/random.ts';

export interface SplitImage {
  readonly id: number;
  readonly labelId: number;
  /** Null for an image that has not been dealt yet. */
  readonly split: SplitName | null;
}

/** Of each label's images. */
const shares: Readonly<Record<SplitName, number>> = { train: 0.6, validation: 0.2, test: 0.2 };
const names = splitName.options;

/**
 * How many of `count` images each set should hold: largest remainder, but of three or more images at
 * least one in each, for a label without a test image has no result and one without a training image no chance.
 */
function quotas(count: number): Record<SplitName, number> {
  const exact = names.map((name) => ({ name, value: shares[name] * count }));
  const whole = Object.fromEntries(
    exact.map(({ name, value }) => [name, Math.floor(value)]),
  ) as Record<SplitName, number>;
  const left = count - exact.reduce((sum, { value }) => sum + Math.floor(value), 0);
  const byRemainder = exact.toSorted((a, b) => (b.value % 1) - (a.value % 1));
  for (const { name } of byRemainder.slice(0, left)) whole[name] += 1;
  if (count >= names.length) {
    for (const name of names) {
      if (whole[name] > 0) continue;
      whole.train -= 1;
      whole[name] = 1;
    }
  }
  return whole;
}

/**
 * Deals the images that are in no set yet, label by label, so that each label's images come as near to
 * 60/20/20 as can be. Images that are in a set stay there, also after their label was changed: what was
 * once trained on is never tested on. The same images and seed give the same split.
 *
 * @returns the new ones only
 */
export function drawSplit(images: readonly SplitImage[], seed: number): Map<number, SplitName> {
  const dealt = new Map<number, SplitName>();
  for (const labelId of new Set(images.map((image) => image.labelId))) {
    const own = images.filter((image) => image.labelId === labelId);
    const wanted = quotas(own.length);
    for (const { split } of own) if (split) wanted[split] -= 1;
    const random = seededRandom(seed, labelId);
    const loose = own
      .filter(({ split }) => split === null)
      .map(({ id }) => id)
      .toSorted((a, b) => a - b);
    for (const id of shuffled(loose, random)) {
      // The set that lacks most; earlier relabelling may leave another one overfull.
      const name = names.reduce((most, next) => (wanted[next] > wanted[most] ? next : most));
      wanted[name] -= 1;
      dealt.set(id, name);
    }
  }
  return dealt;
}
