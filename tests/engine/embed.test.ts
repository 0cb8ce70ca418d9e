import { rm, writeFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { EngineHost } from '../../src-main/engine/host.ts';
import { certain } from '../../src-main/engine/protocol/assist.ts';
import type { EmbedJob, Progress, SimilarJob } from '../../src-main/engine/protocol.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { shapesJob } from '../helpers/shapes-job.ts';

async function opened(each = 5) {
  const host = new EngineHost();
  onTestFinished(() => host.close());
  const training = await shapesJob(await temporaryFolder(), each, 'feature-extraction', {
    epochs: 1,
  });
  const { backbone, features, examples } = training;
  const job: EmbedJob = {
    kind: 'embed',
    backbone,
    features,
    rows: 0,
    anew: false,
    pictures: examples,
  };
  return { host, job, training };
}

it('looks at each picture once, names those that cannot be read, and can then be asked', async () => {
  const { host, job } = await opened();
  const [gone, changed, ...others] = job.pictures;
  await rm(gone!.path);
  await writeFile(changed!.path, 'not the picture any more');
  const first = (await host.run(job))!;
  expect(first.rows).toBe(others.length);
  expect(first.failed.map(({ imageId }) => imageId).toSorted()).toEqual(
    [gone!.imageId, changed!.imageId].toSorted(),
  );
  for (const { reason } of first.failed) expect(reason).toMatch(/is not there|not a picture/);

  const question = { embedding: first.embedding, rows: first.rows, backbone: job.backbone };
  const ask = (like: SimilarJob['like'], count: number) =>
    host.run({ kind: 'similar', ...question, like, count });
  expect((await ask({ ids: [others[0]!.imageId] }, 2))!.near).toHaveLength(2);
  // Of a file that is one of the pictures, that picture is the nearest.
  const [itself] = (await ask({ file: others[2]!.path }, 1))!.near;
  expect(itself!.id).toBe(others[2]!.imageId);
  expect(itself!.similarity).toBeCloseTo(1, 3);
  await expect(ask({ file: gone!.path }, 1)).rejects.toThrow(/is not there/);
});

it('reads what a training has computed, and knows when it knows nothing', async () => {
  const { host, job, training } = await opened();
  await host.run(training);
  for (const { path } of job.pictures) await rm(path); // only the cache can give the features now
  const { rows, failed, embedding } = (await host.run(job))!;
  expect({ rows, failed }).toEqual({ rows: job.pictures.length, failed: [] });
  const other = { embedding: 'another', rows: 1 };
  const asked = {
    kind: 'next',
    labelled: Int32Array.of(),
    candidates: Int32Array.of(1),
    weights: null,
    count: 1,
  } as const;
  await expect(host.run({ ...asked, ...other })).resolves.toBeNull();
  await expect(host.run({ ...asked, embedding, rows: rows + 1 })).resolves.toBeNull();
  await expect(host.run({ ...job, rows: rows + 1 })).resolves.toBeNull();
  // Pictures that are gone since are not among the answers: it begins anew, from the features.
  const fewer = await host.run({ ...job, anew: true, pictures: job.pictures.slice(2) });
  expect(fewer!.rows).toBe(rows - 2);
});

it('names the pictures that it suggests labels for, and lists them when they are not the ones it is asked about', async () => {
  const { host, job } = await opened();
  const { rows, embedding } = (await host.run(job))!;
  const ids = job.pictures.map(({ imageId }) => imageId);
  const labelled = {
    ids: Int32Array.from(ids),
    labels: Int32Array.from(ids, (_, i) => i % 2),
    classes: 2,
  };
  const ask = (known: number, pictures: string | null) =>
    host.run({ kind: 'suggest', embedding, rows: known, labelled, pictures });
  const first = (await ask(rows, null))!;
  expect([...first.ids!]).toEqual(ids);
  const confidences = [...first.confidences].map((each) => each / certain);
  expect(Math.min(...confidences)).toBeGreaterThanOrEqual(0.5); // of two, the likelier
  expect(Math.max(...confidences)).toBeLessThanOrEqual(1);
  expect(await ask(rows, first.name)).toMatchObject({ name: first.name, ids: null });
  // The same ones looked at anew, in another order.
  await host.run({ ...job, anew: true, pictures: job.pictures.toReversed() });
  const again = (await ask(rows, first.name))!;
  expect(again.name).not.toBe(first.name);
  expect([...again.ids!]).toEqual(ids.toReversed());
});

it('gives way to a training, and goes on after it', async () => {
  const { host, job, training } = await opened(20);
  const order: string[] = [];
  const embedding = host.run(job).then((result) => {
    order.push('embedded');
    return result;
  });
  const onProgress = (progress: Progress) => {
    if (progress.kind === 'epoch') order.push('epoch');
  };
  const trained = host.run(training, { onProgress }).then(() => order.push('trained'));
  await trained;
  expect((await embedding)!.rows).toBe(job.pictures.length);
  expect(order).toEqual(['epoch', 'trained', 'embedded']);
});
