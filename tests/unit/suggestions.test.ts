import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { EngineEnded } from '../../src-main/engine/ended.ts';
import { certain } from '../../src-main/engine/protocol/assist.ts';
import type { EmbedJob, Job, SuggestJob } from '../../src-main/engine/protocol.ts';
import type { Engine } from '../../src-main/studio/context.ts';
import { createStudio } from '../../src-main/studio/studio.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { addManyPictures } from '../helpers/many-pictures.ts';
import { until } from '../helpers/until.ts';

/** Sees every picture at once, and says what a test wants of them. */
function engineThatSays(
  suggest: (job: SuggestJob, signal: AbortSignal) => Promise<unknown>,
): Engine {
  const run = async (job: Job, { signal }: { signal?: AbortSignal } = {}) => {
    if (job.kind === 'embed') {
      const { rows, pictures } = job as EmbedJob;
      return { embedding: 'seen', rows: rows + pictures.length, failed: [] };
    }
    if (job.kind === 'suggest') return suggest(job, signal!);
    throw new Error(`no ${job.kind} here`);
  };
  return { run: run as Engine['run'], close: async () => {} };
}

async function studioWith(engine: Engine, count: number) {
  const folder = await temporaryFolder();
  vi.stubEnv('GRAFT_HOME', join(folder, 'home'));
  const studio = createStudio({ engine });
  onTestFinished(async () => {
    await studio.close();
    vi.unstubAllEnvs();
  });
  await studio.call('project.create', { path: join(folder, 'pond') });
  await addManyPictures(studio, count);
  const { ids } = await studio.call('images.query', { filter: {}, sort: 'imported' });
  const frog = await studio.call('labels.create', { name: 'frog' });
  const newt = await studio.call('labels.create', { name: 'newt' });
  return { studio, ids, frog: frog.id, newt: newt.id };
}

/** What an engine says of the pictures 1 to `count`: all of the first label, and sure of it, unless told otherwise. */
function said(
  { pictures }: SuggestJob,
  count: number,
  {
    labelOf = () => 0,
    confidenceOf = () => 0.95,
  }: Partial<Record<'labelOf' | 'confidenceOf', (id: number) => number>> = {},
) {
  const ids = Int32Array.from({ length: count }, (_, i) => i + 1);
  const name = `pictures 1 to ${count}`;
  return {
    name,
    ids: pictures === name ? null : ids,
    labels: Uint16Array.from(ids, labelOf),
    confidences: Uint16Array.from(ids, (id) => certain * confidenceOf(id)),
    uncertainties: new Uint16Array(count),
  };
}

it('proposes for what waits for a label alone, the surest first, and in groups', async () => {
  const asked: SuggestJob[] = [];
  const engine = engineThatSays(async (job) => {
    asked.push(job);
    return said(job, 20, {
      labelOf: (id) => id % 2,
      confidenceOf: (id) => (id === 14 ? 0.5 : 0.9 + id / 1000),
    });
  });
  const { studio, ids, frog, newt } = await studioWith(engine, 20);
  expect(ids.slice(0, 3)).toEqual([1, 2, 3]);
  await studio.call('labels.assign', { imageIds: [1, 2, 3, 4, 5], labelId: frog });
  await studio.call('labels.assign', { imageIds: [6, 7, 8, 9, 10], labelId: newt });
  await studio.call('images.mark', { imageIds: [5, 19], excluded: true });
  await studio.call('labels.assign', { imageIds: [11], labelId: frog });

  const { suggestions } = await studio.call('assist.suggestions', {});
  expect(suggestions.map(({ imageId }) => imageId)).toEqual([20, 18, 17, 16, 15, 13, 12, 14]);
  expect(suggestions.slice(0, 2).map(({ labelId }) => labelId)).toEqual([frog, frog]);
  expect(suggestions[2]!.labelId).toBe(newt);
  // Taught with what carries a label and is not excluded.
  const { labelled } = asked.at(-1)!;
  expect([...labelled.ids]).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10, 11]);
  expect([...labelled.labels]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 0]);

  const some = await studio.call('assist.suggestions', { imageIds: [11, 12, 19, 20, 999] });
  expect(some.suggestions.map(({ imageId }) => imageId)).toEqual([20, 12]);
  const { groups } = await studio.call('assist.groups', {});
  expect(groups).toEqual([
    { labelId: frog, imageIds: [20, 18, 16, 12] },
    { labelId: newt, imageIds: [17, 15, 13] },
  ]);
});

it('holds groups while a label that is in use has too few pictures to be told from the others', async () => {
  const engine = engineThatSays(async (job) => said(job, 20));
  const { studio, frog, newt } = await studioWith(engine, 20);
  const toad = (await studio.call('labels.create', { name: 'toad' })).id;
  await studio.call('labels.create', { name: 'not in use' });
  await studio.call('labels.assign', { imageIds: [1, 2, 3, 4, 5], labelId: frog });
  await studio.call('labels.assign', { imageIds: [6, 7, 8, 9, 10], labelId: newt });
  expect((await studio.call('assist.groups', {})).groups).toHaveLength(1);

  await studio.call('labels.assign', { imageIds: [11, 12, 13, 14], labelId: toad });
  const held = { groups: [], waitingFor: [{ labelId: toad, pictures: 4 }] };
  expect(await studio.call('assist.groups', {})).toEqual(held);
  // There may be no more of it; or there are, and then it is known.
  const regardless = await studio.call('assist.groups', { regardless: [toad] });
  expect(regardless.groups[0]!.imageIds).toEqual([15, 16, 17, 18, 19, 20]);
  await studio.call('labels.assign', { imageIds: [15], labelId: toad });
  expect((await studio.call('assist.groups', {})).groups).toHaveLength(1);
  // Excluded pictures teach nothing.
  await studio.call('images.mark', { imageIds: [14], excluded: true });
  expect(await studio.call('assist.groups', {})).toEqual(held);
});

it('answers whoever labels faster than it is taught', async () => {
  let next = 11;
  const engine = engineThatSays(async (job) => {
    // Each time, before it is through, there is one more label.
    await studio.call('labels.assign', { imageIds: [next++], labelId: frog });
    return said(job, 30);
  });
  const { studio, frog, newt } = await studioWith(engine, 30);
  await studio.call('labels.assign', { imageIds: [1, 2, 3, 4, 5], labelId: frog });
  await studio.call('labels.assign', { imageIds: [6, 7, 8, 9, 10], labelId: newt });
  const { suggestions } = await studio.call('assist.suggestions', { imageIds: [29, 30] });
  expect(suggestions).toHaveLength(2);
  // And at once from then on: newer ones are told of.
  const before = next;
  await studio.call('assist.suggestions', { imageIds: [29, 30] });
  expect(next - before).toBeLessThanOrEqual(1);
});

it('does not keep a project open that is closed while it is taught', async () => {
  let taught = 0;
  const engine = engineThatSays((_job, signal) => {
    taught++;
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new EngineEnded('cancelled', 'Cancelled.')));
    });
  });
  const { studio, frog, newt } = await studioWith(engine, 12);
  await studio.call('labels.assign', { imageIds: [1, 2, 3, 4, 5], labelId: frog });
  await studio.call('labels.assign', { imageIds: [6, 7, 8, 9, 10], labelId: newt });
  await studio.call('assist.prepare', {});
  await until('it is taught', () => taught > 0 || undefined);
  await studio.call('project.close', {});
  expect((await studio.call('project.current', {})).project).toBeNull();
});
