/** One process that decodes pictures, seen from the studio. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import type { ErrorReply } from '../../src-shared/errors.ts';
import type { Inspection } from './inspect.ts';
import type { ViewsTask } from './preview-views.ts';

export type InspectorTask =
  | { readonly kind: 'inspect'; readonly path: string; readonly thumbnails: string }
  | { readonly kind: 'convert'; readonly path: string }
  | ({ readonly kind: 'views' } & ViewsTask);

export interface TaskResult {
  readonly inspect: Inspection;
  /** WebP. */
  readonly convert: Uint8Array;
  /** WebP, each. */
  readonly views: readonly Uint8Array[];
}

export type InspectorReply =
  | { readonly ok: true; readonly result: TaskResult[InspectorTask['kind']] }
  | { readonly ok: false; readonly error: ErrorReply };

/** Of standard error, for the reason of a crash. */
const errorTail = 2000;

export class InspectorChild {
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  #errors = '';
  #idleTimer: NodeJS.Timeout | undefined;

  /** @param onEnd called once, when it is gone, however it went, with the reason in words */
  constructor(
    program: URL,
    onReply: (reply: InspectorReply) => void,
    onEnd: (why: string) => void,
  ) {
    this.#process = fork(program, [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // In the desktop app execPath is Electron; so told, it is its own Node.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-errorTail);
    });
    this.#process.on('message', (reply) => onReply(reply as InspectorReply));
    this.#process.once('close', (code, signal) => {
      const lastWords = this.#errors.trim().split('\n').at(-1);
      resolve([signal ?? `exit code ${code}`, lastWords].filter(Boolean).join(', '));
    });
    this.#process.once('error', (error) => resolve(error.message));
    this.#exited = promise.then((why) => {
      clearTimeout(this.#idleTimer);
      onEnd(why);
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  send(task: InspectorTask): void {
    clearTimeout(this.#idleTimer);
    // Only a process at work keeps the program running.
    this.#hold('ref');
    // A failed send means a dead process, and its end is told anyway.
    this.#process.send(task, () => {});
  }

  /** Lets the program end in spite of it, and ends it when nothing comes for a while. */
  rest(idleMs: number): void {
    this.#hold('unref');
    this.#idleTimer = setTimeout(() => this.#process.kill('SIGKILL'), idleMs);
    this.#idleTimer.unref();
  }

  async close(): Promise<void> {
    // Whoever waits for the end must live to see it.
    this.#hold('ref');
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  #hold(way: 'ref' | 'unref'): void {
    this.#process[way]();
    this.#process.channel?.[way]();
    // A pipe, whatever its type says.
    (this.#process.stderr as Socket)[way]();
  }
}
