/** The sets (train, validation, test) that an imported file of labels names: dealt where that is asked for. */
import type { LabelFileProblem, SplitName } from '../../src-shared/domain.ts';
import { nearCopies } from '../images/near-copies.ts';
import type { OpenProject } from './context.ts';
import { splitSeed } from './dataset.ts';
import type { Reading } from './formats/read.ts';
import type { LabelRow } from './formats/rows.ts';
import { type GivenSets, givenSets } from './given-sets.ts';

/** Those of the pictures that carry a label now. */
export function putIntoSets(
  { store }: OpenProject,
  rows: ReadonlyMap<number, LabelRow>,
  problems: LabelFileProblem[],
): GivenSets {
  return store.transaction(() => {
    const labelOf = store.images.labelOf();
    const wanted = new Map(
      [...rows].flatMap(([id, { split }]) => (split && labelOf.has(id) ? [[id, split]] : [])),
    );
    const given = givenSets({
      wanted,
      there: store.splits.get(),
      labelOf,
      copies: nearCopies(store.fingerprints.ofTheSplit()),
      seed: splitSeed,
    });
    store.splits.set(given.sets);
    for (const { id, reason } of given.others) {
      const { where, path } = rows.get(id)!;
      problems.push({ kind: 'other-set', where, path, reason });
    }
    return given;
  });
}

/** Pictures in each set. */
export function countsOf(sets: ReadonlyMap<number, SplitName>): Record<SplitName, number> {
  const counts = { train: 0, validation: 0, test: 0 };
  for (const set of sets.values()) counts[set]++;
  return counts;
}

/** What is to be said of a file's sets where they were asked for. */
export function notesOfSets({ rows }: Reading, { validationDealt }: GivenSets): readonly string[] {
  const named = new Set(rows.map(({ split }) => split).filter((split) => split !== null));
  if (named.size === 0) return ['It names no sets.'];
  return [
    ...(validationDealt
      ? [
          'It names no pictures for validation: a quarter of its training pictures choose the best epoch.',
        ]
      : []),
    ...(named.has('test')
      ? []
      : ['It names no test pictures: label others, which are dealt to the test first.']),
  ];
}

/** The same where they were not. */
export function notesOf({ rows }: Reading): readonly string[] {
  const dealt = rows.filter(({ split }) => split !== null).length;
  return dealt === 0
    ? []
    : [
        `It also says which set ${dealt} of its rows belong to. Graft deals its sets itself unless you ask for those of the file.`,
      ];
}
