/** Worker threads that inspect pictures and make their thumbnails. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type ErrorReply, StudioError } from '../../src-shared/errors.ts';
import { programUrl } from '../programs.ts';
import { type Inspection, thumbnailPath } from './inspect.ts';

export interface InspectRequest {
  readonly path: string;
  readonly thumbnails: string;
}

export type InspectReply =
  | { readonly ok: true; readonly inspection: Inspection }
  | { readonly ok: false; readonly error: ErrorReply };

interface Job extends InspectRequest {
  readonly resolve: (inspection: Inspection) => void;
  readonly reject: (error: Error) => void;
}

/** Between two and four: more do not help, for decoding shares libuv's four threads. */
export const inspectorCount = Math.min(4, Math.max(2, availableParallelism()));

/**
 * A pool of threads, started as they are needed. A thread that dies takes only the picture with it
 * that it was at; the next picture gets a new thread.
 */
export class Inspectors {
  readonly #program: URL;
  readonly #waiting: Job[] = [];
  readonly #busy = new Map<Worker, Job>();
  readonly #idle: Worker[] = [];
  #closed = false;

  constructor(program: URL = programUrl('thumbnails')) {
    this.#program = program;
  }

  /** As `inspect` in inspect.ts, in another thread. */
  inspect(path: string, thumbnails: string): Promise<Inspection> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ path, thumbnails, resolve, reject });
      this.#next();
    });
  }

  /** Ends the threads; pictures still waiting are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#next();
    await Promise.all([...this.#idle, ...this.#busy.keys()].map((worker) => worker.terminate()));
  }

  #next(): void {
    if (this.#closed) {
      for (const job of this.#waiting.splice(0)) job.reject(stopped(job.path));
      return;
    }
    while (this.#waiting.length > 0) {
      const worker =
        this.#idle.pop() ?? (this.#busy.size < inspectorCount ? this.#start() : undefined);
      if (!worker) return;
      const job = this.#waiting.shift()!;
      this.#busy.set(worker, job);
      // Only a thread at work keeps the program running.
      worker.ref();
      const { path, thumbnails } = job;
      worker.postMessage({ path, thumbnails } satisfies InspectRequest);
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#program);
    let cause: unknown;
    worker.on('message', (reply: InspectReply) => {
      const job = this.#busy.get(worker)!;
      this.#busy.delete(worker);
      worker.unref();
      this.#idle.push(worker);
      if (reply.ok) job.resolve(reply.inspection);
      else job.reject(new StudioError(reply.error.code, reply.error.message));
      this.#next();
    });
    // 'exit' always follows.
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      const job = this.#busy.get(worker);
      this.#busy.delete(worker);
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
      if (job) job.reject(this.#closed ? stopped(job.path) : crashed(job.path, cause));
      this.#next();
    });
    return worker;
  }
}

function stopped(path: string): StudioError {
  return new StudioError('unavailable', `${path}: the project was closed before it was read`);
}

function crashed(path: string, cause: unknown): StudioError {
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  return new StudioError('refused', `${path}: the decoder crashed on this file${why}`, { cause });
}

/**
 * The thumbnail of a picture that is known by its hash, WebP. One that is missing is made again from `path`;
 * throws a StudioError when the file there is gone or is another one by now.
 */
export async function thumbnail(
  inspectors: Inspectors,
  thumbnails: string,
  sha256: string,
  path: string,
): Promise<Buffer> {
  const file = thumbnailPath(thumbnails, sha256);
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const now = await inspectors.inspect(path, thumbnails);
  if (now.sha256 !== sha256) {
    throw new StudioError('not-found', `${path}: the file has changed since it was imported`);
  }
  return readFile(file);
}
