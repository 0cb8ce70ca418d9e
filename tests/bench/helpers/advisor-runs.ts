/** The runs of the advisor's benchmark: every recipe on every set, at two sizes, with two seeds. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backbone } from '../../../src-main/engine/backbones/backbone.ts';
import { loadBackbone } from '../../../src-main/engine/backbones/weight-file.ts';
import { adviseOn } from '../../../src-main/engine/jobs/advise.ts';
import { trainOn } from '../../../src-main/engine/jobs/train.ts';
import type { AdviseResult, BackboneFile, Example } from '../../../src-main/engine/protocol.ts';
import { argmax } from '../../../src-main/engine/training/classification.ts';
import { seededRandom, shuffled } from '../../../src-main/engine/training/random.ts';
import { backboneFile } from '../../../src-main/studio/weight-folder.ts';
import { completeSettings, type RecipeName, recipeNames } from '../../../src-shared/recipes.ts';
import { labelledSet, setNames } from './labelled-sets/write.ts';

export const backboneName = 'efficientnet_lite0';
/** Side of the pictures as the network sees them. */
const size = 128;
/** Labelled pictures of each class: a little, and more. */
const sizes = [10, 40] as const;
const seeds = [1, 2] as const;
/** Beside them, of each class, what the result is read on; fewer where there were or are no more. */
const testPerClass = (set: string) => (fewTested.has(set) ? 25 : 50);
const fewTested = new Set([
  ...['emoji', 'icons', 'digits', 'letters', 'textures', 'spectrograms'],
  'cutouts',
  'foods',
]);
/** Of the labelled ones. */
const validationShare = 0.25;

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

/** Picture passes through the network, forward and back: the cheap runs come first. */
const cost = ({ recipe, perClass }: Wanted) =>
  perClass *
  {
    'feature-extraction': 1,
    'early-features': 2,
    'fine-tune-top': 6,
    'fine-tune-all': 24,
    'from-scratch': 80,
  }[recipe];

export const planned: readonly Wanted[] = cells
  .flatMap((cell) => recipeNames.map((recipe) => ({ ...cell, recipe })))
  .toSorted((a, b) => cost(a) - cost(b));

/** The network at 128 pixels. */
export async function smallBackbone(): Promise<{
  readonly file: BackboneFile;
  readonly backbone: Backbone;
}> {
  const file = await backboneFile(backboneName);
  const { graph, preprocessing, ...rest } = await loadBackbone(file);
  const inputs = graph.inputs.map((input) => ({ ...input, dims: ['batch', 3, size, size] }));
  return {
    file,
    backbone: {
      ...rest,
      graph: { ...graph, inputs },
      preprocessing: { ...preprocessing, size },
    },
  };
}

/** The labelled pictures of a cell, and those that it is tested on; another seed takes others. */
export async function examplesOf(cell: Cell): Promise<{
  readonly classes: readonly string[];
  readonly examples: readonly Example[];
}> {
  const most = Math.max(...sizes);
  const tested = testPerClass(cell.set);
  const made = await labelledSet(cell.set, most + tested);
  const { pictures } = made;
  // Of a kind with fewer pictures than are tested, none would be left to learn from.
  const enough = Math.min(...sizes) + tested;
  const classes = [...made.classes.keys()].filter(
    (label) => pictures.filter((picture) => picture.label === label).length >= enough,
  );
  const random = seededRandom(cell.seed, most);
  const validation = Math.round(validationShare * cell.perClass);
  const examples = classes.flatMap((kind, label) => {
    const own = shuffled(
      pictures.filter((picture) => picture.label === kind).map((one) => ({ ...one, label })),
      random,
    );
    const splits = [
      ...Array<'test'>(tested).fill('test'),
      ...Array<'validation'>(validation).fill('validation'),
      ...Array<'train'>(cell.perClass - validation).fill('train'),
    ];
    return splits.flatMap((split, at) => (own[at] ? [{ ...own[at], split }] : []));
  });
  return {
    classes: classes.map((kind) => made.classes[kind]!),
    examples: examples.map((example, i) => ({ ...example, imageId: i + 1 })),
  };
}

/** What the advisor measures of a cell: on the labelled images, and not on those of the test. */
export interface AdviceLine extends Cell {
  readonly kind: 'advice';
  readonly labelled: number;
  readonly advice: Pick<AdviseResult, 'similarity' | 'amount'>;
}

export async function adviseCell(cell: Cell): Promise<AdviceLine> {
  const { file, backbone } = await smallBackbone();
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
  const { file, backbone } = await smallBackbone();
  const { classes, examples } = await examplesOf(wanted);
  const runFolder = await mkdtemp(join(tmpdir(), 'graft-advisor-'));
  const began = performance.now();
  try {
    const { predictions, epochs } = await trainOn(
      backbone,
      {
        kind: 'train',
        runId: 1,
        backbone: file,
        recipe: wanted.recipe,
        settings: completeSettings(wanted.recipe, { ...budgets[wanted.recipe], seed: wanted.seed }),
        classes,
        examples,
        features: featuresOf(wanted),
        runFolder,
      },
      { signal: new AbortController().signal, report: () => {} },
    );
    const right = predictions.filter(
      ({ actual, probabilities }) => argmax(probabilities) === actual,
    ).length;
    return {
      kind: 'run',
      ...wanted,
      accuracy: Number((right / predictions.length).toFixed(4)),
      tested: predictions.length,
      epochs,
      seconds: Math.round((performance.now() - began) / 100) / 10,
    };
  } finally {
    await rm(runFolder, { recursive: true, force: true });
  }
}
