/** The engine as the studio knows it: jobs go in, results come out, and a crash is only an error. */
import { recipes } from '../../src-shared/recipes.ts';
import { EngineChild, type RunOptions } from './child.ts';
import { EngineEnded } from './ended.ts';
import type { Job, JobResult, TrainJob } from './protocol.ts';

export type { RunOptions } from './child.ts';
export { EngineEnded } from './ended.ts';

/**
 * Training has a process of its own, so that a prediction need not wait for it; and so has what helps with
 * the labelling, because it keeps the features of all pictures in memory.
 */
const laneOf = {
  train: 'training',
  predict: 'quick',
  explain: 'quick',
  nearest: 'quick',
  describe: 'quick',
  // A graphics driver that crashes takes nothing else with it.
  tryDevice: 'devices',
  paceRuntime: 'devices',
  measure: 'quick',
  // Suggestions must not wait for it.
  advise: 'advice',
  network: 'assist',
  embed: 'assist',
  suggest: 'assist',
  next: 'assist',
  similar: 'assist',
  fingerprints: 'assist',
  review: 'assist',
  map: 'assist',
} as const;
type Lane = (typeof laneOf)[Job['kind']];

/** An idle process is let go after this long: native code gives its memory back in no other way. */
const idleMs: Readonly<Record<Lane, number>> = {
  training: 60_000,
  quick: 60_000,
  devices: 1000,
  advice: 60_000,
  // The features of a large project take seconds to read again.
  assist: 600_000,
};

/** Large pages take long to be had, and pay off where the same arrays are walked through again and again. */
const trainsBlocks = ({ recipe }: TrainJob) => !recipes[recipe].unused.includes('microBatch');

export class EngineHost {
  readonly #children = new Map<Lane, EngineChild>();
  readonly #timers = new Map<Lane, NodeJS.Timeout>();
  /** Ends when the last training asked for so far has ended. */
  #training: Promise<void> = Promise.resolve();
  /** The embedding that is going on, which a training stops. */
  #embedding: { readonly yields: AbortController; readonly ended: Promise<void> } | null = null;
  /** Ends when the last embedding or advice asked for so far has ended: they write to the same features. */
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  /**
   * Runs a job in an engine process, which is started when it is needed. Trainings wait for one
   * another: they share the machine and the feature cache. An embedding or an advice gives way to a training, and goes
   * on when none is left.
   *
   * Rejects with an EngineEnded: the job failed, was cancelled by `signal`, or its process died.
   */
  async run<J extends Job>(job: J, options: RunOptions = {}): Promise<JobResult[J['kind']]> {
    if (job.kind === 'embed' || job.kind === 'advise') return this.#inTurn(job, options);
    if (job.kind !== 'train') return this.#runNow(job, options);
    const before = this.#training;
    const turn = Promise.withResolvers<void>();
    this.#training = turn.promise;
    try {
      await unlessAborted(before, options.signal);
      this.#embedding?.yields.abort();
      await this.#embedding?.ended;
      return await this.#runNow(job, options);
    } finally {
      // One that was cancelled while it waited passes on the wait, not the turn.
      void before.then(() => turn.resolve());
    }
  }

  /** Process ids of the engine processes that run now, by what they are for. */
  get processes(): Readonly<Partial<Record<Lane, number>>> {
    return Object.fromEntries(
      [...this.#children].flatMap(([lane, child]) =>
        child.gone || child.pid === undefined ? [] : [[lane, child.pid]],
      ),
    );
  }

  /** Kills the processes; what they were doing fails. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all([...this.#children.values()].map((child) => child.close()));
    this.#children.clear();
  }

  async #inTurn<J extends Job>(job: J, options: RunOptions): Promise<JobResult[J['kind']]> {
    const before = this.#looking;
    const turn = Promise.withResolvers<void>();
    this.#looking = turn.promise;
    try {
      await unlessAborted(before, options.signal);
      return await this.#embed(job, options);
    } finally {
      void before.then(() => turn.resolve());
    }
  }

  async #embed<J extends Job>(job: J, options: RunOptions): Promise<JobResult[J['kind']]> {
    for (;;) {
      let training: Promise<void>;
      do {
        training = this.#training;
        await unlessAborted(training, options.signal);
      } while (training !== this.#training);
      const yields = new AbortController();
      const signal = options.signal
        ? AbortSignal.any([options.signal, yields.signal])
        : yields.signal;
      const result = this.#runNow(job, { ...options, signal });
      const ended = result.then(
        () => {},
        () => {},
      );
      this.#embedding = { yields, ended };
      try {
        return await result;
      } catch (error) {
        // What was done by then is kept: it goes on behind the training.
        if (!yields.signal.aborted || options.signal?.aborted || this.#closed) throw error;
      } finally {
        this.#embedding = null;
      }
    }
  }

  async #runNow<J extends Job>(job: J, options: RunOptions): Promise<JobResult[J['kind']]> {
    const lane = laneOf[job.kind];
    let child = this.#children.get(lane);
    const wantsLargePages = job.kind === 'train' && trainsBlocks(job);
    // Trainings wait for one another: nothing else goes on in it.
    if (wantsLargePages && child && !child.hasLargePages) await child.close();
    if (options.signal?.aborted) throw new EngineEnded('cancelled', 'Cancelled.');
    if (this.#closed) throw new EngineEnded('failed', 'Graft was closed.');
    clearTimeout(this.#timers.get(lane));
    if (!child || child.gone) {
      child = new EngineChild(wantsLargePages);
      this.#children.set(lane, child);
    }
    try {
      return await child.run(job, options);
    } finally {
      if (child.idle && !child.gone) this.#closeLater(lane, child);
    }
  }

  #closeLater(lane: Lane, child: EngineChild): void {
    clearTimeout(this.#timers.get(lane));
    const timer = setTimeout(() => child.idle && void child.close(), idleMs[lane]);
    timer.unref();
    this.#timers.set(lane, timer);
  }
}

/** Waits, but rejects as soon as the signal says so. */
async function unlessAborted(wait: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return wait;
  const { promise, reject } = Promise.withResolvers<void>();
  const abort = () => reject(new EngineEnded('cancelled', 'Cancelled.'));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  await Promise.race([wait, promise]).finally(() => signal.removeEventListener('abort', abort));
}
