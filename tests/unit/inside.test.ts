import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Studio } from '../../src-shared/contract.ts';
import type { Run } from '../../src-shared/domain.ts';
import { type FakeEngine, fakeEngine } from '../helpers/fake-engine.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll, nextEvent, studioWithProject } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

async function trained(studio: Studio, engine: FakeEngine, share: number): Promise<Run> {
  const place = engine.started.length;
  await studio.call('runs.start', {
    runs: [{ recipe: 'feature-extraction', backbone: 'mobilenet_v2' }],
  });
  await until('the run to start', () => engine.started.length === place + 1);
  const finished = nextEvent(studio, 'run.changed', ({ run }) => run.state === 'finished');
  engine.started[place]!.epoch(share);
  engine.started[place]!.finish(share);
  return (await finished).run;
}

async function open(count = 10) {
  const engine = fakeEngine();
  const { studio, folder } = await studioWithProject(engine);
  await writeShapes(join(folder, 'shapes'), count);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  return { studio, engine };
}

describe('what a run said', () => {
  it('is kept of validation and test pictures, with the confidence before the temperature', async () => {
    const { studio, engine } = await open();
    const { id, temperature, unsureBelow } = await trained(studio, engine, 0.5);
    expect({ temperature, unsureBelow }).toEqual({ temperature: 2, unsureBelow: null });
    const { predictions } = await studio.call('runs.predictions', { id });
    expect(predictions).toHaveLength(6);
    // 0.8, 0.1, 0.1 at temperature 2 were 64, 1, 1 of 66 before.
    expect(predictions[0]!.probability).toBeCloseTo(0.8);
    expect(predictions[0]!.uncalibrated).toBeCloseTo(64 / 66);
    const validation = await studio.call('runs.predictions', { id, of: 'validation' });
    expect(validation.predictions).toHaveLength(6);
    expect((await studio.call('runs.predictions', { id, of: 'folds' })).predictions).toEqual([]);
  });

  it('is unsure below what the person chose, until they choose otherwise', async () => {
    const { studio, engine } = await open();
    const { id } = await trained(studio, engine, 1);
    const told = nextEvent(studio, 'run.changed');
    const { run } = await studio.call('runs.unsureBelow', { id, below: 0.7 });
    expect(run.unsureBelow).toBe(0.7);
    expect((await told).run.unsureBelow).toBe(0.7);
    expect((await studio.call('runs.unsureBelow', { id, below: null })).run.unsureBelow).toBe(null);
    await expect(studio.call('runs.unsureBelow', { id, below: 1.5 })).rejects.toThrow('below');
    await expect(studio.call('runs.unsureBelow', { id: 99, below: 0.5 })).rejects.toThrow('Run 99');
  });

  it('refuses to explain a class that the run does not know', async () => {
    const { studio, engine } = await open();
    const { id } = await trained(studio, engine, 1);
    const picture = { imageId: 1 };
    await expect(studio.call('runs.explain', { id, picture })).rejects.toThrow('is gone');
  });
});

describe('what changed between two runs', () => {
  it('is which test pictures were mended and broken, and which labels were edited', async () => {
    const { studio, engine } = await open();
    const before = await trained(studio, engine, 0.5);
    const { images } = await studio.call('images.get', {
      ids: Array.from({ length: 30 }, (_, i) => i + 1),
    });
    const [circle, square] = before.classes;
    const edited = images.find(
      (image) => image.labelId === circle!.labelId && image.split === 'train',
    )!;
    const gone = images.find(
      (image) => image.labelId === square!.labelId && image.split === 'train',
    )!;
    await studio.call('labels.assign', { imageIds: [edited.id], labelId: square!.labelId });
    await studio.call('labels.assign', { imageIds: [gone.id], labelId: null });
    const after = await trained(studio, engine, 1);

    const change = { before: before.id, after: after.id };
    const { common, fixed, broken, edits } = await studio.call('runs.changes', change);
    expect(common).toBe(6);
    expect(fixed).toHaveLength(3);
    expect(fixed[0]).toMatchObject({ after: fixed[0]!.label });
    expect(fixed[0]!.before).not.toBe(fixed[0]!.label);
    expect(broken).toEqual([]);
    expect(edits).toEqual(
      [
        { imageId: edited.id, before: circle!.name, after: square!.name, split: 'train' },
        { imageId: gone.id, before: square!.name, after: null, split: 'train' },
      ].toSorted((a, b) => a.imageId - b.imageId),
    );
    const back = await studio.call('runs.changes', { before: after.id, after: before.id });
    expect(back.broken).toHaveLength(3);
    expect(back.fixed).toEqual([]);
  });
});
