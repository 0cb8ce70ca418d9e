/** One engine process, seen from the studio. */
import { type ChildProcess, fork } from 'node:child_process';
import { programUrl } from '../programs.ts';
import { EngineEnded, exitReason, saysOutOfMemory } from './ended.ts';
import { outOfMemoryKills } from './memory/kills.ts';
import { withLargePages } from './memory/large-pages.ts';
import type { Job, JobResult, Progress, Request, Response } from './protocol.ts';

export interface RunOptions {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

interface Pending {
  readonly resolve: (result: JobResult[Job['kind']]) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  cancelled: boolean;
}

/** One training step blocks the process; one that has not heard the cancel by then is killed. */
const cancelGraceMs = 4000;
/** Of standard error, for the reason of a crash. */
const errorTail = 4000;

export class EngineChild {
  readonly #process: ChildProcess;
  readonly #jobs = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  /** Of the whole system, to tell a kill by it from one by a person. */
  readonly #killsBefore = outOfMemoryKills();
  /** See large-pages.ts. */
  readonly hasLargePages: boolean;
  #nextId = 1;
  #errors = '';
  #gone = false;

  constructor(hasLargePages: boolean) {
    this.hasLargePages = hasLargePages;
    const { env } = process;
    this.#process = fork(programUrl('engine'), [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // In the desktop app execPath is Electron; so told, it is its own Node.
      env: { ...(hasLargePages ? withLargePages(env) : env), ELECTRON_RUN_AS_NODE: '1' },
    });
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-errorTail);
    });
    this.#process.on('message', (response) => this.#receive(response as Response));
    // `close` and not `exit`: by then standard error has been read to its end.
    this.#exited = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        const killed = signal === 'SIGKILL' && outOfMemoryKills() > this.#killsBefore;
        const reason = exitReason(code, signal, this.#errors);
        this.#end(reason, killed || saysOutOfMemory(this.#errors));
        resolve();
      });
    });
    this.#process.on('error', (error) => {
      this.#end(`The training engine cannot be started or reached: ${error.message}`);
    });
  }

  /** A new job needs a new process. */
  get gone(): boolean {
    return this.#gone;
  }

  get idle(): boolean {
    return this.#jobs.size === 0;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  run<J extends Job>(job: J, { onProgress, signal }: RunOptions): Promise<JobResult[J['kind']]> {
    const id = this.#nextId++;
    let grace: NodeJS.Timeout | undefined;
    const cancel = () => {
      const pending = this.#jobs.get(id);
      if (!pending || pending.cancelled) return;
      pending.cancelled = true;
      this.#send({ id, cancel: true });
      grace = setTimeout(() => this.#process.kill('SIGKILL'), cancelGraceMs);
    };
    return new Promise<JobResult[J['kind']]>((resolve, reject) => {
      this.#jobs.set(id, {
        resolve: resolve as Pending['resolve'],
        reject,
        onProgress,
        cancelled: false,
      });
      signal?.addEventListener('abort', cancel, { once: true });
      this.#send({ id, job });
    }).finally(() => {
      clearTimeout(grace);
      signal?.removeEventListener('abort', cancel);
    });
  }

  /** Kills it; its jobs are rejected. */
  async close(): Promise<void> {
    this.#end('Graft was closed.');
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  #send(request: Request): void {
    // A failed send means a dead process, and its end rejects the jobs with a better reason.
    this.#process.send(request, () => {});
  }

  #receive(response: Response): void {
    const pending = this.#jobs.get(response.id);
    if (!pending) return;
    if ('progress' in response) {
      // What was under way when the person said stop is of no interest any more.
      if (!pending.cancelled) pending.onProgress?.(response.progress);
      return;
    }
    this.#jobs.delete(response.id);
    if ('result' in response) pending.resolve(response.result);
    else {
      const { ended, reason, outOfMemory } = response;
      // What native code has taken it never gives back: another try begins in a new process.
      if (outOfMemory) {
        this.#gone = true;
        this.#process.kill('SIGKILL');
      }
      pending.reject(new EngineEnded(ended, reason, outOfMemory));
    }
  }

  #end(reason: string, outOfMemory = false): void {
    this.#gone = true;
    for (const pending of this.#jobs.values()) {
      pending.reject(
        pending.cancelled
          ? new EngineEnded('cancelled', 'Cancelled.')
          : new EngineEnded('failed', reason, outOfMemory),
      );
    }
    this.#jobs.clear();
  }
}
