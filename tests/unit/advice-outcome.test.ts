/** What came of an advice outlives the runs that show it. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RecipeName } from '../../src-shared/recipes.ts';
import { advisingEngine } from '../helpers/advising-engine.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll, nextEvent, studioWithProject } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

const backbone = 'mobilenet_v2';

async function advisedProject() {
  const { engine, started } = advisingEngine();
  const { studio, folder } = await studioWithProject(engine);
  await writeShapes(join(folder, 'shapes'), 10);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  await studio.call('advisor.run', { backbone });
  return {
    studio,
    folder,
    outcome: async () => (await studio.call('advisor.get', { backbone })).outcome,
    /** @param share of the test pictures that it gets right @returns its number */
    async train(recipe: RecipeName, share: number): Promise<number> {
      const place = started.length;
      const { runs } = await studio.call('runs.start', { runs: [{ recipe, backbone }] });
      await until('the run to start', () => started.length === place + 1);
      const finished = nextEvent(studio, 'run.changed', ({ run }) => run.state === 'finished');
      started[place]!.epoch(0.5);
      started[place]!.finish(share);
      await finished;
      return runs[0]!.id;
    },
    async removeForGood(...ids: readonly number[]): Promise<void> {
      for (const id of ids) await studio.call('runs.delete', { id });
      expect((await studio.call('runs.free', {})).runs).toBe(ids.length);
    },
  };
}

it('is kept without its runs, across restarts and the next measurement', async () => {
  const { studio, folder, outcome, train, removeForGood } = await advisedProject();
  expect(await outcome()).toBeNull();
  const first = await train('fine-tune-top', 0.5);
  const second = await train('feature-extraction', 1);
  // Nobody has asked for it while they were there.
  await removeForGood(first, second);
  const kept = await outcome();
  expect(kept).toMatchObject({
    ...{ recommended: 'fine-tune-top', won: 'feature-extraction', right: true },
    words:
      'The advisor said fine-tune top, but feature extraction won by 50.0 points, no clear difference.',
  });
  expect(kept!.regret).toBeCloseTo(0.5, 12);
  expect(kept!.pValue).toBeCloseTo(0.25, 12);

  await studio.call('project.close', {});
  await studio.call('project.open', { path: folder });
  await studio.call('advisor.run', { backbone });
  expect(await outcome()).toEqual(kept);
});

it('is told anew by a new run, and not by what is left of the old ones', async () => {
  const { studio, outcome, train, removeForGood } = await advisedProject();
  const top = await train('fine-tune-top', 0.5);
  await train('early-features', 0.2);
  const best = await train('feature-extraction', 1);
  const seen = await outcome();
  expect(seen).toMatchObject({ won: 'feature-extraction' });
  await removeForGood(best);
  await studio.call('runs.unsureBelow', { id: top, below: 0.5 });
  expect(await outcome()).toEqual(seen);
  await train('early-features', 0.4);
  expect(await outcome()).toMatchObject({ won: 'fine-tune-top', right: true });
});
