/** The engine process: takes jobs from the studio and answers with progress and results. */
import { writeFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { constants, setPriority } from 'node:os';
import { toErrorReply } from '../../src-shared/errors.ts';
import { saysOutOfMemory } from './ended.ts';
import { advise } from './jobs/advise.ts';
import { fingerprints, next, review, similar, suggest } from './jobs/assist.ts';
import { describe } from './jobs/describe.ts';
import { embed } from './jobs/embed.ts';
import { explain } from './jobs/explain.ts';
import type { JobContext } from './jobs/job.ts';
import { map } from './jobs/map.ts';
import { measure } from './jobs/measure.ts';
import { nearest } from './jobs/nearest.ts';
import { paceRuntime } from './jobs/pace-runtime.ts';
import { predict } from './jobs/predict.ts';
import { takeNetwork } from './jobs/take-network.ts';
import { train } from './jobs/train.ts';
import { tryDeviceJob as tryDevice } from './jobs/try-device.ts';
import type { Job, JobResult, Request, Response } from './protocol.ts';

const jobs: {
  readonly [K in Job['kind']]: (
    job: Extract<Job, { kind: K }>,
    context: JobContext,
  ) => Promise<JobResult[K]>;
} = {
  advise,
  network: takeNetwork,
  train,
  measure,
  predict,
  explain,
  nearest,
  describe,
  tryDevice,
  paceRuntime,
  embed,
  suggest,
  next,
  similar,
  fingerprints,
  review,
  map,
};

const running = new Map<number, AbortController>();

function send(response: Response): void {
  process.send!(response);
}

function perform<K extends Job['kind']>(job: Extract<Job, { kind: K }>, context: JobContext) {
  return jobs[job.kind as K](job, context);
}

async function start(id: number, job: Job): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  const { signal } = controller;
  try {
    const result = await perform(job, { signal, report: (progress) => send({ id, progress }) });
    send({ id, result });
  } catch (error) {
    if (signal.aborted) {
      send({ id, ended: 'cancelled', reason: 'Cancelled.', outOfMemory: false });
    } else {
      const { message: reason } = toErrorReply(error);
      send({ id, ended: 'failed', reason, outOfMemory: saysOutOfMemory(reason) });
    }
  } finally {
    running.delete(id);
  }
}

process.on('message', (message) => {
  const request = message as Request;
  if ('cancel' in request) running.get(request.id)?.abort();
  else void start(request.id, request.job);
});
// The studio is gone, and nobody is left to tell the results to.
process.on('disconnect', () => process.exit());

// A terminal sends Ctrl+C to all its processes, and closing it hangs up on all: what becomes of the jobs
// then is for the studio to say.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

// The screen comes first, and when memory runs out this process should be the one that ends.
try {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  if (process.platform === 'linux') writeFileSync('/proc/self/oom_score_adj', '600');
} catch (error) {
  // A sandbox may forbid it, and training goes without; the studio keeps this for a crash's reason.
  console.error(`the engine keeps its priority: ${error}`);
}

// Where what was compiled is kept (setup/process.mjs): now, for this process ends by being killed.
flushCompileCache();
