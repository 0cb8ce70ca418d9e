/** What a run is trained on: the images that were labelled when it was started, each in its set. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { type Run, type SplitName, splitName } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { missingForTraining } from '../../src-shared/readiness.ts';
import type { Example } from '../engine/protocol.ts';
import { nearCopies } from '../images/near-copies.ts';
import type { Store } from '../store/store.ts';
import { drawSplit } from './split.ts';

export interface Dataset {
  readonly classes: Run['classes'];
  readonly counts: Run['counts'];
  readonly examples: readonly Example[];
}

/** One split for the whole project, whatever the seeds of its runs. */
export const splitSeed = 1;

/**
 * The data set of now; images that were labelled since the last time are dealt to the sets, for good.
 *
 * @throws StudioError `refused` when there is too little to train on, or a label has no image in one of the sets
 */
export function takeDataset(store: Store): Dataset {
  const labels = store.labels.list();
  const missing = missingForTraining(labels);
  if (missing) throw new StudioError('refused', missing);

  store.splits.set(newlyDealt(store));

  const used = labels
    .filter(({ count, excluded }) => count > excluded)
    .toSorted((a, b) => a.id - b.id);
  const indexOf = new Map(used.map(({ id }, index) => [id, index]));
  const counts: Record<SplitName, number> = { train: 0, validation: 0, test: 0 };
  const examples = store.images.labelled().map(({ id, sha256, path, labelId, split }) => {
    counts[split!] += 1;
    return { imageId: id, sha256, path, label: indexOf.get(labelId)!, split: split! };
  });
  for (const [label, { name }] of used.entries()) {
    const held = new Set(examples.filter((example) => example.label === label).map((e) => e.split));
    const lacking = splitName.options.find((set) => !held.has(set));
    // Its images there were given other labels since they were dealt.
    if (lacking) {
      throw new StudioError(
        'refused',
        `Label another picture of ${name} to train: none of its pictures is in the ${lacking} set.`,
      );
    }
  }
  return {
    classes: used.map(({ id, name, colour }) => ({ labelId: id, name, colour })),
    counts,
    examples,
  };
}

/** Copies of one picture are never on two sides. */
function newlyDealt(store: Store): Map<number, SplitName> {
  const images = store.images.labelled();
  if (images.every(({ split }) => split !== null)) return new Map();
  const copies = nearCopies(store.fingerprints.ofTheSplit());
  return drawSplit(images, splitSeed, copies, store.splits.get());
}

/** What the run was started with; a run that has none (from an older Graft) takes the data set of now. */
export function datasetOf(store: Store, { id, classes, counts }: Run): Dataset {
  const examples = store.datasets.of(id);
  if (examples.length > 0) return { classes, counts, examples };
  return store.transaction(() => {
    const dataset = takeDataset(store);
    store.datasets.give([id], dataset.examples);
    return dataset;
  });
}

/** How many files are looked for at once. */
const atOnce = 64;

/** @throws StudioError `refused` when files are not where they were last seen */
export async function checkFiles(examples: readonly Example[]): Promise<void> {
  const missing: string[] = [];
  for (let start = 0; start < examples.length; start += atOnce) {
    const found = await Promise.all(
      examples.slice(start, start + atOnce).map(async ({ path }) =>
        access(path, constants.R_OK).then(
          () => null,
          () => path,
        ),
      ),
    );
    missing.push(...found.filter((path) => path !== null));
  }
  const [first] = missing;
  if (first === undefined) return;
  const others = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
  throw new StudioError(
    'refused',
    `${first}${others} cannot be read: put the files back, or import the folder where they are now.`,
  );
}
