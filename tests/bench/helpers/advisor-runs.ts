/** The runs of the advisor's benchmark: every recipe on every set, at two sizes, with two seeds. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adviseOn } from '../../../src-main/engine/jobs/advise.ts';
import type { AdviseResult } from '../../../src-main/engine/protocol.ts';
import { completeSettings, type RecipeName, recipeNames } from '../../../src-shared/recipes.ts';
import { drawnExamples } from './labelled-sets/examples.ts';
import { setNames } from './labelled-sets/write.ts';
import { smallBackbone } from './small-backbone.ts';
import { trainOnce } from './train-once.ts';

export const backboneName = 'efficientnet_lite0';
/** Side of the pictures as the network sees them. */
const size = 128;
/** Labelled pictures of each class: a little, and more. */
const sizes = [10, 40] as const;
const seeds = [1, 2] as const;
/** Beside them, of each class, what the result is read on; fewer where there were or are no more. */
const testPerClass = (set: string) => (isFirst(set) || fewTested.has(set) ? 25 : 50);
const fewTested = new Set(['cutouts', 'foods']);
/** Sets that the benchmark began with: on these networks are trained from scratch too, which takes the longest and wins nothing. */
export const firstSets: ReadonlySet<string> = new Set([
  'emoji',
  'icons',
  'digits',
  'letters',
  'textures',
  'spectrograms',
]);
const isFirst = (set: string) => firstSets.has(set);

/** What a cell of the benchmark is labelled with. */
export interface Cell {
  readonly set: string;
  readonly perClass: number;
  readonly seed: number;
}
export interface Wanted extends Cell {
  readonly recipe: RecipeName;
}
export interface RunLine extends Wanted {
  readonly kind: 'run';
  readonly accuracy: number;
  readonly tested: number;
  readonly epochs: number;
  readonly seconds: number;
}

export const cells: readonly Cell[] = seeds.flatMap((seed) =>
  sizes.flatMap((perClass) => setNames.map((set) => ({ set, perClass, seed }))),
);

/** Epochs are few, for a whole network is trained on two cores; what they are is written with the results. */
const budgets = {
  'feature-extraction': {},
  'early-features': { epochs: 100 },
  'fine-tune-top': {},
  'fine-tune-all': { epochs: 8 },
  'from-scratch': { epochs: 24, patience: 8 },
} as const satisfies Record<RecipeName, object>;

/** The quick ones come first, and of the others those of the first sets. */
const cost = ({ set, recipe, perClass }: Wanted) =>
  perClass *
  {
    'feature-extraction': 1,
    'fine-tune-top': 2,
    'early-features': 3,
    'fine-tune-all': isFirst(set) ? 20 : 500,
    'from-scratch': 5000,
  }[recipe];

export const planned: readonly Wanted[] = cells
  .flatMap((cell) => recipeNames.map((recipe) => ({ ...cell, recipe })))
  .filter(({ set, recipe }) => recipe !== 'from-scratch' || isFirst(set))
  .toSorted((a, b) => cost(a) - cost(b));

const ownBackbone = () => smallBackbone(backboneName, size);

/** The labelled pictures of a cell, and those that it is tested on. */
export const examplesOf = (cell: Cell) =>
  drawnExamples({
    ...{ ...cell, testPerClass: testPerClass(cell.set) },
    ...{ least: Math.min(...sizes), most: Math.max(...sizes) },
  });

/** What the advisor measures of a cell: on the labelled images, and not on those of the test. */
export interface AdviceLine extends Cell {
  readonly kind: 'advice';
  readonly labelled: number;
  readonly advice: Pick<AdviseResult, 'similarity' | 'amount'>;
}

export async function adviseCell(cell: Cell): Promise<AdviceLine> {
  const { file, backbone } = await ownBackbone();
  const { classes, examples } = await examplesOf(cell);
  const labelled = examples.filter(({ split }) => split !== 'test');
  const { similarity, amount } = await adviseOn(
    backbone,
    {
      kind: 'advise',
      backbone: file,
      classes: classes.length,
      examples: labelled,
      features: featuresOf(cell),
    },
    { signal: new AbortController().signal, report: () => {} },
  );
  return { kind: 'advice', ...cell, labelled: labelled.length, advice: { similarity, amount } };
}

const caches = join(tmpdir(), 'graft-advisor-features');

export const featuresOf = ({ set }: Pick<Cell, 'set'>) => join(caches, set);

export async function trainCell(wanted: Wanted): Promise<RunLine> {
  const { recipe, seed } = wanted;
  const { classes, examples } = await examplesOf(wanted);
  const { accuracy, tested, epochs, seconds } = await trainOnce(await ownBackbone(), {
    recipe,
    settings: completeSettings(recipe, { ...budgets[recipe], seed }),
    classes,
    examples,
    features: featuresOf(wanted),
  });
  return { kind: 'run', ...wanted, accuracy, tested, epochs, seconds };
}
