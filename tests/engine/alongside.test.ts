/** What runs that wait for the same network freeze is computed in one pass, and is what each computes alone. */
import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Architecture } from '../../src-main/engine/backbones/backbone.ts';
import { catalogue } from '../../src-main/engine/backbones/catalogue.ts';
import { loadBackbone } from '../../src-main/engine/backbones/weight-file.ts';
import { ancestors } from '../../src-main/engine/graph/cut.ts';
import type { Graph } from '../../src-main/engine/graph/graph.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { trainOn } from '../../src-main/engine/jobs/train.ts';
import type { Progress, TrainJob } from '../../src-main/engine/protocol.ts';
import { frozenPart, frozenTogether } from '../../src-main/engine/recipes/frozen.ts';
import { plan } from '../../src-main/engine/recipes/plan.ts';
import { completeSettings, type RecipeName } from '../../src-shared/recipes.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { uniform } from '../helpers/random.ts';
import { mobilenet, shapesJob } from '../helpers/shapes-job.ts';
import { tinyBackbone } from '../helpers/tiny-backbone.ts';
import { opened } from '../helpers/trainer.ts';

const freezing = ['feature-extraction', 'early-features', 'fine-tune-top'] as const;
const waiting = (recipe: RecipeName, settings: Partial<TrainJob['settings']> = {}) => ({
  recipe,
  settings: completeSettings(recipe, settings),
});

/** A run on the tiny network, and how many pictures its frozen part was run on. */
async function run(job: TrainJob) {
  const seen: number[] = [];
  const report = (progress: Progress) => {
    if (progress.kind === 'features') seen.push(progress.done);
  };
  const { signal } = new AbortController();
  const { predictions } = await trainOn(tinyBackbone(), job, { signal, report });
  return { predictions, computed: job.examples.length - seen[0]! };
}

it('computes what waiting runs freeze along, and leaves them the very same numbers', async () => {
  const folder = await temporaryFolder();
  const few = { epochs: 2, blocks: 2 };
  const jobs: TrainJob[] = [];
  // One after the other: each writes the same pictures.
  for (const recipe of freezing)
    jobs.push({ ...(await shapesJob(folder, 5, recipe, few)), predictionsOnly: true });
  const alongside = freezing.slice(1).map((recipe) => waiting(recipe, few));
  const alone = await Promise.all(
    jobs.map(async (job, at) => run({ ...job, features: `${job.features} of ${at}` })),
  );
  expect(alone.map(({ computed }) => computed)).toEqual([15, 15, 15]);
  const first = await run({ ...jobs[0]!, alongside });
  const others = [await run(jobs[1]!), await run(jobs[2]!)];
  expect(first.computed).toBe(15);
  expect(others.map(({ computed }) => computed)).toEqual([0, 0]);
  for (const [at, { predictions }] of [first, ...others].entries()) {
    expect(predictions).toEqual(alone[at]!.predictions);
  }
});

it('computes nothing for runs that see other pictures, or freeze in 8 bits, or not at all', async () => {
  const job = await shapesJob(await temporaryFolder(), 5, 'feature-extraction', { epochs: 1 });
  await run({
    ...job,
    predictionsOnly: true,
    alongside: [
      waiting('early-features', { views: 2 }),
      waiting('fine-tune-top', { precision: 'fast' }),
      waiting('fine-tune-all'),
      waiting('from-scratch'),
    ],
  });
  const caches = (await readdir(job.features)).filter((name) => name.endsWith('.features'));
  expect(caches).toHaveLength(1);
});

const outlined = ({ parameters, build }: Architecture) =>
  // Of a network's shape alone: its numbers are not looked at.
  build(new Map(Array.from(parameters, ([name, dims]) => [name, { ...float32([], [0]), dims }])));
const architectures = catalogue.flatMap((entry) => entry.architectures);

it.each(architectures)('finds the same cached features of $name of $variant', (architecture) => {
  const backbone = outlined(architecture);
  const parts = freezing.map(
    (recipe) => frozenPart(backbone, plan(recipe, completeSettings(recipe, {}), backbone))!,
  );
  const nodesOf = (graph: Graph, output: string) => ancestors(graph, [output]).nodes;
  for (const first of parts) {
    const together = frozenTogether(backbone, [first, ...parts]);
    expect(together.outputs.slice(0, first.outputs.length)).toEqual(first.outputs);
    expect(new Set(together.outputs).size).toBe(together.outputs.length);
    for (const part of parts) {
      for (const { name } of part.outputs) {
        expect(nodesOf(together, name)).toEqual(nodesOf(part, name));
      }
    }
  }
});

it('gives the same numbers of a real network, to the last bit', async () => {
  const backbone = await loadBackbone(await mobilenet());
  const parts = freezing.map(
    (recipe) => frozenPart(backbone, plan(recipe, completeSettings(recipe, {}), backbone))!,
  );
  const { size: side } = backbone.preprocessing;
  const dims = [2, 3, side, side];
  const input = float32(dims, uniform('picture', size(dims), 0, 1));
  const together = await (await opened(frozenTogether(backbone, parts))).run({ input });
  for (const part of parts) {
    const alone = await (await opened(part)).run({ input });
    for (const [name, { data }] of Object.entries(alone)) {
      expect(together[name]!.data, name).toEqual(data);
    }
  }
});
