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
 * once trained on is never tested on. Copies of one another are dealt together, as the first of them, and
 * one that came later joins those that are in a set. The same images and seed give the same split.
 *
 * @param copies groups of image ids; images that were dealt once and carry no label now (`settled`) count too
 * @returns the new ones only
 */
export function drawSplit(
  images: readonly SplitImage[],
  seed: number,
  copies: readonly (readonly number[])[] = [],
  settled: ReadonlyMap<number, SplitName> = new Map(),
): Map<number, SplitName> {
  const dealt = new Map<number, SplitName>();
  const byId = new Map(images.map((image) => [image.id, image]));
  const wanted = new Map<number, Record<SplitName, number>>();
  for (const labelId of new Set(images.map((image) => image.labelId))) {
    const own = images.filter((image) => image.labelId === labelId);
    const lacking = quotas(own.length);
    for (const { split } of own) if (split) lacking[split] -= 1;
    wanted.set(labelId, lacking);
  }
  const deal = ({ id, labelId }: SplitImage, name: SplitName) => {
    wanted.get(labelId)![name] -= 1;
    dealt.set(id, name);
  };

  /** The loose ones of a group, by its first. */
  const together = new Map<number, readonly SplitImage[]>();
  const followers = new Set<number>();
  for (const group of copies) {
    const members = group.flatMap((id) => byId.get(id) ?? []).toSorted((a, b) => a.id - b.id);
    const loose = members.filter(({ split }) => split === null);
    const side = members.find(({ split }) => split !== null)?.split ?? settledSide(group, settled);
    if (side) for (const image of loose) deal(image, side);
    else if (loose.length > 0) together.set(loose[0]!.id, loose);
    for (const { id } of side ? loose : loose.slice(1)) followers.add(id);
  }

  for (const [labelId, lacking] of wanted) {
    const random = seededRandom(seed, labelId);
    const loose = images
      .filter((image) => image.labelId === labelId && image.split === null)
      .map(({ id }) => id)
      .filter((id) => !followers.has(id))
      .toSorted((a, b) => a - b);
    for (const id of shuffled(loose, random)) {
      // The set that lacks most; earlier relabelling may leave another one overfull.
      const name = names.reduce((most, next) => (lacking[next] > lacking[most] ? next : most));
      for (const image of together.get(id) ?? [byId.get(id)!]) deal(image, name);
    }
  }
  return dealt;
}

function settledSide(
  group: readonly number[],
  settled: ReadonlyMap<number, SplitName>,
): SplitName | undefined {
  const first = group.find((id) => settled.has(id));
  return first === undefined ? undefined : settled.get(first);
}
