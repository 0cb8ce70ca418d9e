/** Processes that decode pictures: hash, size, thumbnail and placeholder of one, or a copy that a browser shows. */
import { availableParallelism } from 'node:os';
import { StudioError } from '../../src-shared/errors.ts';
import { programUrl } from '../programs.ts';
import {
  InspectorChild,
  type InspectorReply,
  type InspectorTask,
  type TaskResult,
} from './inspector-child.ts';
import type { ViewsTask } from './preview-views.ts';

interface Job {
  readonly task: InspectorTask;
  readonly resolve: (result: TaskResult[InspectorTask['kind']]) => void;
  readonly reject: (error: Error) => void;
  /** How often a process died at it. */
  deaths: number;
}

/** One more than there are cores, for one of them is always waiting for a file or for its next picture. */
export const inspectorCount = Math.min(8, availableParallelism() + 1);
/** Native code gives its memory back in no other way than by ending. */
const idleMs = 60_000;

/**
 * A pool of processes, started as they are needed. A process that dies takes nothing with it: its picture
 * is tried once more in a new one, and refused when that dies too.
 */
export class Inspectors {
  readonly #program: URL;
  readonly #waiting: Job[] = [];
  readonly #busy = new Map<InspectorChild, Job>();
  readonly #idle: InspectorChild[] = [];
  #closed = false;

  constructor(program: URL = programUrl('inspector')) {
    this.#program = program;
  }

  /** As `inspect` in inspect.ts, in another process. */
  inspect(path: string, thumbnails: string): Promise<TaskResult['inspect']> {
    return this.#run({ kind: 'inspect', path, thumbnails }) as Promise<TaskResult['inspect']>;
  }

  /** As `convert` in picture.ts, in another process. */
  convert(path: string): Promise<TaskResult['convert']> {
    return this.#run({ kind: 'convert', path }) as Promise<TaskResult['convert']>;
  }

  /** As `previewViews` in preview-views.ts, in another process. */
  views(task: ViewsTask): Promise<TaskResult['views']> {
    return this.#run({ kind: 'views', ...task }) as Promise<TaskResult['views']>;
  }

  /** Ids of the processes that run now. */
  get processes(): readonly number[] {
    return [...this.#busy.keys(), ...this.#idle].flatMap(({ pid }) => pid ?? []);
  }

  /** Ends the processes; pictures still waiting are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#next();
    await Promise.all([...this.#idle, ...this.#busy.keys()].map((child) => child.close()));
  }

  #run(task: InspectorTask): Promise<TaskResult[InspectorTask['kind']]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject, deaths: 0 });
      this.#next();
    });
  }

  #next(): void {
    if (this.#closed) {
      for (const job of this.#waiting.splice(0)) job.reject(stopped(job.task.path));
      return;
    }
    while (this.#waiting.length > 0) {
      const child =
        this.#idle.pop() ?? (this.#busy.size < inspectorCount ? this.#start() : undefined);
      if (!child) return;
      const job = this.#waiting.shift()!;
      this.#busy.set(child, job);
      child.send(job.task);
    }
  }

  #start(): InspectorChild {
    const child: InspectorChild = new InspectorChild(
      this.#program,
      (reply) => this.#replied(child, reply),
      (why) => this.#ended(child, why),
    );
    return child;
  }

  #replied(child: InspectorChild, reply: InspectorReply): void {
    const job = this.#busy.get(child);
    if (!job) return;
    this.#busy.delete(child);
    this.#idle.push(child);
    child.rest(idleMs);
    if (reply.ok) job.resolve(reply.result);
    else job.reject(new StudioError(reply.error.code, reply.error.message));
    this.#next();
  }

  #ended(child: InspectorChild, why: string): void {
    const job = this.#busy.get(child);
    this.#busy.delete(child);
    const at = this.#idle.indexOf(child);
    if (at >= 0) this.#idle.splice(at, 1);
    if (job && this.#closed) job.reject(stopped(job.task.path));
    else if (job && ++job.deaths > 1) job.reject(crashed(job.task.path, why));
    else if (job) this.#waiting.unshift(job);
    this.#next();
  }
}

function stopped(path: string): StudioError {
  return new StudioError('unavailable', `${path}: the project was closed before it was read`);
}

function crashed(path: string, why: string): StudioError {
  return new StudioError('refused', `${path}: the decoder crashed on this file (${why})`);
}
