/** A project of labelled shapes, whose runs an engine only pretends to train. */
import { join } from 'node:path';
import type { TrainSettings } from '../../src-shared/recipes.ts';
import { fakeEngine } from './fake-engine.ts';
import { writeShapes } from './shapes.ts';
import { importAll, studioWithProject } from './studio.ts';
import { until } from './until.ts';

export async function shapesProject() {
  const engine = fakeEngine();
  const { studio, folder } = await studioWithProject(engine);
  await writeShapes(join(folder, 'shapes'), 10);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  const start = (count = 1, settings: Partial<TrainSettings> = {}) =>
    studio.call('runs.start', {
      runs: Array.from({ length: count }, () => ({
        ...{ recipe: 'feature-extraction' as const, backbone: 'mobilenet_v2', settings },
      })),
    });
  const runOf = async (id: number) => {
    const { runs } = await studio.call('runs.list', {});
    return runs.find((run) => run.id === id);
  };
  const stateOf = async (id: number) => (await runOf(id))?.state;
  const startedJobs = (count: number) =>
    until(`${count} jobs started`, () => engine.started.length === count);
  return { engine, studio, folder, start, runOf, stateOf, startedJobs };
}
