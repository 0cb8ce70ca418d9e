/** Sets that a file names for its pictures, as far as they can be kept honestly. */
import type { SplitName } from '../../src-shared/domain.ts';
import { seededRandom, shuffled } from '../engine/training/random.ts';

export interface WantedSets {
  /** What the file says, by image id. */
  readonly wanted: ReadonlyMap<number, SplitName>;
  /** The set that an image is in already: it stays there, for it may have been trained on. */
  readonly there: ReadonlyMap<number, SplitName>;
  readonly labelOf: ReadonlyMap<number, number>;
  /** Groups of images that show the same: a group is in one set. */
  readonly copies: readonly (readonly number[])[];
  readonly seed: number;
}

export interface GivenSets {
  /** Of images that are in no set yet. */
  readonly sets: ReadonlyMap<number, SplitName>;
  /** Images that are in another set than the file says, and why. */
  readonly others: readonly { readonly id: number; readonly reason: string }[];
  /** Was the validation set taken from the file's training pictures? */
  readonly validationDealt: boolean;
}

/** Of copies that the file puts into different sets: what is learned from must not be tested on. */
const strongest: readonly SplitName[] = ['train', 'validation', 'test'];
/** As many of the training pictures choose the best epoch as in a split that Graft draws: 20 of 80 %. */
const validationShare = 1 / 4;
/** So that other numbers are drawn than for a split. */
const dealing = 18;

export function givenSets({ wanted, there, labelOf, copies, seed }: WantedSets): GivenSets {
  const sets = new Map<number, SplitName>();
  const others: { id: number; reason: string }[] = [];
  for (const [id, set] of wanted) {
    const now = there.get(id);
    if (now === undefined) sets.set(id, set);
    else if (now !== set)
      others.push({ id, reason: `It stays in the ${now} set, where it is already; not ${set}.` });
  }
  const isNamed = (set: SplitName) => [...wanted.values()].includes(set);
  const validationDealt = isNamed('train') && !isNamed('validation');
  if (validationDealt) dealValidation(sets, labelOf, seed);

  for (const group of copies) {
    const loose = group.filter((id) => sets.has(id));
    const settled = group.map((id) => there.get(id)).find((set) => set !== undefined);
    const side = settled ?? strongest.find((set) => loose.some((id) => sets.get(id) === set));
    for (const id of loose) {
      const named = wanted.get(id)!;
      if (sets.get(id) === side) continue;
      sets.set(id, side!);
      if (named !== side)
        others.push({
          id,
          reason: `It is a copy of a picture in the ${side} set, and joins it; not ${named}.`,
        });
    }
  }
  return { sets, others, validationDealt };
}

/** Of each label's training pictures some, the same ones each time. */
function dealValidation(
  sets: Map<number, SplitName>,
  labelOf: ReadonlyMap<number, number>,
  seed: number,
): void {
  const byLabel = new Map<number, number[]>();
  for (const [id, set] of sets) {
    const label = labelOf.get(id);
    if (set !== 'train' || label === undefined) continue;
    byLabel.set(label, [...(byLabel.get(label) ?? []), id]);
  }
  for (const [label, ids] of byLabel) {
    if (ids.length < 2) continue;
    const order = shuffled(
      ids.toSorted((a, b) => a - b),
      seededRandom(seed + dealing, label),
    );
    const many = Math.max(1, Math.round(validationShare * ids.length));
    for (const id of order.slice(0, many)) sets.set(id, 'validation');
  }
}
