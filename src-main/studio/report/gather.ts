/** Gathers what a report shows from the open project. */
import { join } from 'node:path';
import { mistakes as mistakesOf, surest } from '../../../src-shared/confusion.ts';
import {
  type Backbone,
  type Prediction,
  type Run,
  type SplitName,
  splitName,
} from '../../../src-shared/domain.ts';
import { StudioError, toErrorReply } from '../../../src-shared/errors.ts';
import { heatWords } from '../../../src-shared/figures/heat.ts';
import { judgedByFolds, namesOf, ranked } from '../../../src-shared/verdict.ts';
import { nearCopies } from '../../images/near-copies.ts';
import { heated, middleSquare, smallPicture } from '../../images/small.ts';
import { thumbnail } from '../../images/thumbnails.ts';
import type { Context, OpenProject } from '../context.ts';
import type { Fingerprinting } from '../fingerprinting.ts';
import type { Handlers } from '../handlers.ts';
import type {
  Advised,
  Duplicates,
  Look,
  Mistake,
  ReportContents,
  RunContents,
} from './contents.ts';

/** The calls that a report is made from. */
export type Sources = Pick<
  Handlers,
  | 'backbones.list'
  | 'images.statistics'
  | 'runs.list'
  | 'runs.compare'
  | 'runs.predictions'
  | 'advisor.get'
>;

export interface GatherOptions {
  readonly signal: AbortSignal;
  /** Called with how many of the steps are done. */
  readonly onProgress: (done: number, total: number) => void;
}

const mistakesShown = 24;
const looksShown = 6;
const thumbSide = 128;
const lookSide = 144;

/**
 * @param ids of finished runs; none: every finished run
 * @throws StudioError `refused` when there is no finished run, or one of these did not finish
 */
export async function gather(
  context: Context,
  sources: Sources,
  printed: Fingerprinting,
  environment: () => Promise<ReportContents['environment']>,
  ids: readonly number[],
  { signal, onProgress }: GatherOptions,
): Promise<ReportContents> {
  const project = context.project();
  const { store } = project;
  const wanted = ids.length > 0 ? [...ids] : await finishedIds(sources);
  const { runs, pairs, headline } = await sources['runs.compare']({ ids: wanted });
  const { backbones } = await sources['backbones.list']({});
  const titleOf = (name: string) => backbones.find((each) => each.name === name)?.title ?? name;
  const names = namesOf(runs, titleOf);
  const labelNow = new Map(store.images.labelled().map(({ id, labelId }) => [id, labelId]));

  const total = runs.length * (looksShown + 1) + 2;
  let done = 0;
  const step = () => {
    signal.throwIfAborted();
    done += 1;
    onProgress(Math.min(done, total), total);
  };

  const contents: RunContents[] = [];
  for (const run of ranked(runs)) {
    const said = (of: 'test' | 'validation' | 'folds') =>
      sources['runs.predictions']({ id: run.id, of });
    const { predictions: test } = await said('test');
    const { predictions: validation } = await said('validation');
    const of = judgedByFolds(run) ? (await said('folds')).predictions : test;
    const mistakes: Mistake[] = [];
    for (const prediction of mistakesOf(of).slice(0, mistakesShown))
      mistakes.push(await pictureOf(context, project, prediction));
    step();
    const looked = await looks(context, project, run, test, signal, step);
    contents.push({
      ...{ run, test, validation, judged: of, mistakes, ...looked },
      name: names.get(run.id)!,
      network: titleOf(run.backbone),
      blocks: backbones.find(({ name }) => name === run.backbone)?.blocks.length ?? 0,
      epochs: store.epochs.list(run.id),
      ...datasetOf(project, run, labelNow),
    });
  }
  const networks = backbones.filter(({ name }) => runs.some(({ backbone }) => backbone === name));
  await printed.whole();
  step();
  const found = await environment();
  step();
  return {
    project: context.summary()!,
    writtenAt: new Date(),
    statistics: await sources['images.statistics']({}),
    duplicates: duplicates(project),
    comparison: { pairs, headline },
    runs: contents,
    networks,
    advised: await advised(sources, networks),
    environment: found,
  };
}

async function finishedIds(sources: Sources): Promise<number[]> {
  const { runs } = await sources['runs.list']({});
  const finished = runs.filter(({ state }) => state === 'finished');
  if (finished.length > 0) return finished.map(({ id }) => id);
  throw new StudioError(
    'refused',
    'No run has finished yet, so there is nothing to report on: train one first.',
  );
}

const thumbnailOf = ({ inspectors }: Context, { path, store }: OpenProject, id: number) => {
  const image = store.images.get(id);
  return thumbnail(inspectors, join(path, 'thumbnails'), image.sha256, image.path);
};

async function pictureOf(
  context: Context,
  project: OpenProject,
  prediction: Prediction,
): Promise<Mistake> {
  const { name } = project.store.images.get(prediction.imageId);
  const address = await thumbnailOf(context, project, prediction.imageId).then(
    (bytes) => smallPicture(bytes, thumbSide),
    () => null,
  );
  return { prediction, name, address };
}

/** Half of them its surest mistakes, half the surest of what it has right, of labels that differ. */
function lookedAt(test: readonly Prediction[]): readonly Prediction[] {
  const wrong = mistakesOf(test).slice(0, looksShown / 2);
  const right = surest(test).filter(({ actual, predicted }) => actual === predicted);
  const first = right.filter(
    ({ actual }, i) => right.findIndex((other) => other.actual === actual) === i,
  );
  const others = right.filter((each) => !first.includes(each));
  return [...wrong, ...[...first, ...others].slice(0, looksShown - wrong.length)];
}

async function looks(
  context: Context,
  project: OpenProject,
  run: Run,
  test: readonly Prediction[],
  signal: AbortSignal,
  step: () => void,
): Promise<Pick<RunContents, 'looks' | 'noLooks'>> {
  const model = join(project.path, 'runs', String(run.id), 'model.onnx');
  const found: Look[] = [];
  let problem = 'Nothing was kept of what it said of the test pictures.';
  for (const prediction of lookedAt(test)) {
    try {
      const { path } = project.store.images.get(prediction.imageId);
      const job = { kind: 'explain', model, file: path, class: prediction.predicted } as const;
      const { heat, width, height, block } = await context.engine.run(job, { signal });
      const bytes = await thumbnailOf(context, project, prediction.imageId);
      found.push({
        ...{ prediction, block, words: heatWords(heat, width, height) },
        name: project.store.images.get(prediction.imageId).name,
        address: await middleSquare(bytes, lookSide),
        heat: await heated(bytes, lookSide, { heat, width, height }),
      });
    } catch (error) {
      signal.throwIfAborted();
      // A picture that is gone is left out; a network that cannot be looked into says why.
      problem = toErrorReply(error).message;
    }
    step();
  }
  return { looks: found, noLooks: found.length > 0 ? null : problem };
}

function datasetOf(
  { store }: OpenProject,
  { id, classes }: Run,
  labelNow: ReadonlyMap<number, number>,
): Pick<RunContents, 'dealt' | 'relabelled'> {
  const images = store.datasets.of(id);
  if (images.length === 0) return { dealt: null, relabelled: 0 };
  const dealt = classes.map(
    () => Object.fromEntries(splitName.options.map((set) => [set, 0])) as Record<SplitName, number>,
  );
  for (const { label, split } of images) dealt[label]![split] += 1;
  const relabelled = images.filter(
    ({ imageId, label }) => labelNow.get(imageId) !== classes[label]!.labelId,
  ).length;
  return { dealt, relabelled };
}

function duplicates({ store }: OpenProject): Duplicates {
  const setOf = new Map(store.images.labelled().map(({ id, split }) => [id, split]));
  const groups = nearCopies(store.fingerprints.all().filter(({ id }) => setOf.has(id)));
  const apart = groups.filter((ids) => new Set(ids.map((id) => setOf.get(id))).size > 1);
  return {
    exact: store.statistics.get().copiesCount,
    groups: groups.length,
    pictures: groups.flat().length,
    apart: apart.length,
  };
}

async function advised(sources: Sources, networks: readonly Backbone[]): Promise<Advised[]> {
  const all = await Promise.all(
    networks.map(async ({ name, title }) => {
      const { advice, outdated, outcome } = await sources['advisor.get']({ backbone: name });
      return advice ? [{ network: title, advice, outdated, outcome }] : [];
    }),
  );
  return all.flat();
}
