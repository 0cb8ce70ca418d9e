import { spawn } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exitReason } from '../../src-main/engine/ended.ts';
import { EngineHost } from '../../src-main/engine/host.ts';
import type { Progress, TrainJob } from '../../src-main/engine/protocol.ts';
import { root } from '../../src-main/programs.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { shapesJob } from '../helpers/shapes-job.ts';
import { until } from '../helpers/until.ts';

function openHost(): EngineHost {
  const host = new EngineHost();
  onTestFinished(() => host.close());
  return host;
}

/** Trains until it is stopped. */
async function endlessJob(folder: string): Promise<TrainJob> {
  return shapesJob(folder, 5, 'feature-extraction', { epochs: 1000, patience: 1000, batchSize: 1 });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const featuresOf = (seen: readonly Progress[]) =>
  seen.flatMap((each) => (each.kind === 'features' ? [each] : []));

describe('the engine process', () => {
  it('tells what it computes with', async () => {
    const { runtimes } = await openHost().run({ kind: 'describe' });
    expect(runtimes).toHaveLength(1);
    expect(runtimes[0]!.name).toBe('onnxruntime');
    expect(runtimes[0]!.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(runtimes[0]!.devices[0]).toMatch(/^CPU: .*\d+ threads$/);
  });

  it('fails a job with one sentence, and takes the next', async () => {
    const host = openHost();
    const model = join(await temporaryFolder(), 'no.onnx');
    await expect(host.run({ kind: 'predict', model, files: [] })).rejects.toMatchObject({
      state: 'failed',
      reason: `The model ${model} cannot be opened: there is no such file.`,
    });
    await expect(host.run({ kind: 'describe' })).resolves.toHaveProperty('runtimes');
  });

  it('refuses a model that it did not write', async () => {
    const model = join(await temporaryFolder(), 'model.onnx');
    await writeFile(model, 'nothing');
    await expect(openHost().run({ kind: 'predict', model, files: [] })).rejects.toThrow(/ONNX/);
  });

  it('stops a training between two steps, and leaves no model', async () => {
    const host = openHost();
    const job = await endlessJob(await temporaryFolder());
    const controller = new AbortController();
    const seen: Progress[] = [];
    const run = host.run(job, {
      signal: controller.signal,
      onProgress: (progress) => {
        seen.push(progress);
        if (progress.kind === 'epoch' && progress.epoch.epoch === 2) controller.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ state: 'cancelled', reason: 'Cancelled.' });
    expect(seen.at(-1)).toMatchObject({ kind: 'epoch', epoch: { epoch: 2 } });
    expect(await readdir(job.runFolder)).toEqual(['checkpoint.safetensors']);
    // The same process goes on.
    expect(isRunning(host.processes.training!)).toBe(true);
  });

  it('stops while features are computed, and keeps those that are done', async () => {
    const host = openHost();
    const job = await shapesJob(await temporaryFolder(), 20);
    const controller = new AbortController();
    const run = host.run(job, {
      signal: controller.signal,
      onProgress: (progress) => {
        if (progress.kind === 'features' && progress.done > 0) controller.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ state: 'cancelled' });
    const seen: Progress[] = [];
    const short = { ...job, settings: { ...job.settings, epochs: 2 } };
    const resumed = await host.run(short, { onProgress: (progress) => seen.push(progress) });
    expect(featuresOf(seen)[0]).toMatchObject({ kind: 'features', total: 60 });
    expect(featuresOf(seen)[0]!.done).toBeGreaterThanOrEqual(16);
    // Cut into other batches, the features are the same.
    const whole = await host.run({ ...short, features: `${job.features} again` });
    expect(resumed.predictions).toEqual(whole.predictions);
  });

  it('kills a process that does not hear the cancel', async () => {
    const host = openHost();
    const job = await endlessJob(await temporaryFolder());
    const controller = new AbortController();
    const run = host.run(job, {
      signal: controller.signal,
      onProgress: (progress) => {
        if (progress.kind !== 'epoch' || controller.signal.aborted) return;
        process.kill(host.processes.training!, 'SIGSTOP');
        controller.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ state: 'cancelled' });
    expect(host.processes.training).toBeUndefined();
  });

  it('survives the kill of its process in the midst of a run', async () => {
    const host = openHost();
    const folder = await temporaryFolder();
    const job = await endlessJob(folder);
    const run = host.run(job, {
      onProgress: (progress) => {
        if (progress.kind === 'epoch') process.kill(host.processes.training!, 'SIGKILL');
      },
    });
    await expect(run).rejects.toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('killed (SIGKILL)'),
    });
    // The next one has a new process, and finds the features.
    const seen: Progress[] = [];
    const result = await host.run(
      { ...job, settings: { ...job.settings, epochs: 1 } },
      { onProgress: (progress) => seen.push(progress) },
    );
    expect(featuresOf(seen)[0]).toMatchObject({ kind: 'features', done: 15, total: 15 });
    expect(result.epochs).toBe(1);
  });

  it('predicts while it trains', async () => {
    const host = openHost();
    const folder = await temporaryFolder();
    const job = await endlessJob(folder);
    await host.run({ ...job, settings: { ...job.settings, epochs: 1 } });
    const controller = new AbortController();
    let ended = false;
    const started = Promise.withResolvers<void>();
    const run = host
      .run(job, {
        signal: controller.signal,
        onProgress: ({ kind }) => kind === 'epoch' && started.resolve(),
      })
      .catch(() => undefined)
      .finally(() => {
        ended = true;
      });
    await started.promise;
    const { predictions } = await host.run({
      kind: 'predict',
      model: join(job.runFolder, 'model.onnx'),
      files: [job.examples[0]!.path],
    });
    expect(predictions).toHaveLength(1);
    expect(ended).toBe(false);
    controller.abort();
    await run;
  });

  it('lets trainings wait for one another, and forgets one that is cancelled while it waits', async () => {
    const host = openHost();
    const folder = await temporaryFolder();
    const job = await endlessJob(folder);
    const [first, second] = [new AbortController(), new AbortController()];
    const running = host.run(job, { signal: first.signal });
    const waiting = host.run(job, { signal: second.signal });
    second.abort();
    await expect(waiting).rejects.toMatchObject({ state: 'cancelled' });
    first.abort();
    await expect(running).rejects.toMatchObject({ state: 'cancelled' });
  });

  it('ends with the host', async () => {
    const host = new EngineHost();
    const job = await endlessJob(await temporaryFolder());
    const started = Promise.withResolvers<void>();
    const run = host.run(job, { onProgress: () => started.resolve() });
    const ended = expect(run).rejects.toMatchObject({ state: 'failed' });
    await started.promise;
    const pid = host.processes.training!;
    await host.close();
    await ended;
    expect(isRunning(pid)).toBe(false);
    await expect(host.run({ kind: 'describe' })).rejects.toThrow('closed');
  });

  it('trains blocks in a process with large pages, and takes another for that', async () => {
    const host = openHost();
    const folder = await temporaryFolder();
    const trained = async (recipe: 'feature-extraction' | 'fine-tune-top') => {
      const short = { epochs: 1, headEpochs: 0, batchSize: 8 };
      await host.run(await shapesJob(folder, 5, recipe, short));
      return host.processes.training!;
    };
    const head = await trained('feature-extraction');
    const blocks = await trained('fine-tune-top');
    expect(isRunning(head)).toBe(false);
    expect(await trained('feature-extraction')).toBe(blocks);
    if (process.platform !== 'linux') return;
    const environment = await readFile(`/proc/${blocks}/environ`, 'utf8');
    expect(environment).toContain('glibc.malloc.hugetlb=1');
  });

  it('ends when the studio is gone', async () => {
    const job = await endlessJob(await temporaryFolder());
    const script = `
      import { EngineHost } from './src-main/engine/host.ts';
      const host = new EngineHost();
      host.run(${JSON.stringify(job)}, { onProgress: () => console.log(host.processes.training) });`;
    const studio = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let pid = 0;
    for await (const line of createInterface(studio.stdout!)) {
      pid = Number(line);
      break;
    }
    expect(isRunning(pid)).toBe(true);
    studio.kill('SIGKILL');
    await until('the engine has ended', () => !isRunning(pid));
  });
});

describe('a job that cannot be done', () => {
  it('names the picture that is gone', async () => {
    const job = await shapesJob(await temporaryFolder(), 5);
    const { path } = job.examples[7]!;
    await rm(path);
    await expect(openHost().run(job)).rejects.toThrow(path);
  });

  it('names the picture that is another one now', async () => {
    const job = await shapesJob(await temporaryFolder(), 5);
    const [first, second] = [job.examples[0]!, job.examples[1]!];
    const swapped = [{ ...first, path: second.path }, ...job.examples.slice(1)];
    await expect(openHost().run({ ...job, examples: swapped })).rejects.toThrow(
      `${second.path} has changed since it was imported`,
    );
  });

  it('says that one label is not enough, and that a split is empty', async () => {
    const host = openHost();
    const folder = await temporaryFolder();
    const job = await shapesJob(folder, 5);
    const only = (keep: (example: (typeof job.examples)[number]) => boolean) => ({
      ...job,
      examples: job.examples.filter(keep),
    });
    await expect(host.run(only(({ label }) => label === 1))).rejects.toThrow(
      'at least two labels, and there is only “square”',
    );
    await expect(host.run(only(({ split }) => split !== 'validation'))).rejects.toThrow(
      'no pictures to find the best epoch with',
    );
    await expect(host.run(only(({ split }) => split !== 'test'))).rejects.toThrow(
      'no pictures to test the result on',
    );
    expect(await readdir(folder)).toEqual(['pictures']);
  });

  it('advises a lower learning rate when the loss overflows', async () => {
    // Each step multiplies the weights by 1 - learning rate * weight decay, which is -9.
    const job = await shapesJob(await temporaryFolder(), 5, 'feature-extraction', {
      learningRate: 10,
      weightDecay: 1,
      batchSize: 1,
      epochs: 1000,
      patience: 1000,
    });
    await expect(openHost().run(job)).rejects.toThrow(/lower learning rates/);
  });
});

describe('exitReason', () => {
  it('tells memory, kills, crashes and exits apart', () => {
    expect(exitReason(null, 'SIGABRT', 'FATAL ERROR: JavaScript heap out of memory')).toMatch(
      /ran out of memory\. Use a smaller batch/,
    );
    expect(exitReason(null, 'SIGTERM', '')).toMatch(/from outside \(SIGTERM\)/);
    expect(exitReason(null, 'SIGSEGV', 'one\ntwo\n')).toMatch(/crashed \(SIGSEGV\).*two$/);
    expect(exitReason(3221225477, null, '')).toMatch(/access violation/);
    expect(exitReason(7, null, '')).toBe(
      'The training engine ended unexpectedly with exit code 7.',
    );
  });
});
