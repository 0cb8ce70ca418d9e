/** An engine that measures pictures at once, as if it had, and otherwise is told by a test how its jobs go. */
import type { AdviseJob, AdviseResult } from '../../src-main/engine/protocol.ts';
import type { Engine } from '../../src-main/studio/context.ts';
import type { Ranged } from '../../src-shared/advisor/advice.ts';
import { recipeNames } from '../../src-shared/recipes.ts';
import { fakeEngine } from './fake-engine.ts';

const around = (value: number): Ranged => ({ value, low: value - 0.1, high: value + 0.1 });

/** As if it had measured: the more pictures, the farther to the right. */
function measured({ examples }: AdviseJob): AdviseResult {
  const images = examples.length;
  const score = images / 100;
  return {
    similarity: {
      ...{ score: 0.7, low: 0.6, high: 0.8 },
      parts: { statistics: around(0.6), probes: around(0.7), logme: around(0.5), head: null },
      byBlock: ['stem', 'low', 'high', 'head'].map((block, i) => ({
        ...{ block, probe: around(0.3 + 0.1 * i), logme: i / 10, divergence: around(1) },
      })),
    },
    amount: {
      ...{ score, low: score - 0.1, high: score + 0.1 },
      curve: [0.1, 0.2, 0.4, 0.8].map((fraction, i) => {
        const { value: accuracy, low, high } = around(0.5 + i / 10);
        return { fraction, images: Math.round(fraction * images), accuracy, low, high };
      }),
      fit: { a: 1, b: 1, c: 0.4 },
      gainFromDoubling: { value: 0.03, low: 0.01, high: 0.05 },
      imagesPerWeight: {},
    },
    costs: Object.fromEntries(
      recipeNames.map((recipe) => [recipe, { seconds: 30, memoryBytes: 1e8 }]),
    ) as AdviseResult['costs'],
  };
}

export function advisingEngine() {
  const trains = fakeEngine();
  const jobs: AdviseJob[] = [];
  const engine: Engine = {
    ...trains,
    run: ((job: AdviseJob, options) => {
      if (job.kind !== 'advise') return trains.run(job, options);
      jobs.push(job);
      return Promise.resolve(measured(job));
    }) as Engine['run'],
  };
  return { engine, jobs, started: trains.started };
}
