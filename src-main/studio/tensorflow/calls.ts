/** TensorFlow as the doors know it: what is here, brought on a click, and taken away again. */
import { StudioError, toErrorReply } from '../../../src-shared/errors.ts';
import {
  type TensorflowHere,
  type TensorflowProgress,
  type TensorflowState,
  tensorflowLogLines,
} from '../../../src-shared/tensorflow.ts';
import { nvidiaCards } from '../../engine/devices/cards.ts';
import { readInstalled } from '../../engine/runtimes/tensorflow/installation.ts';
import type { Context } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import { install, remove } from './install.ts';
import { offers, thisSystem, unavailable } from './packages.ts';
import { planInstall } from './plan.ts';
import { type Trial, tryTensorflow } from './probe.ts';

type Calls = Pick<
  Handlers,
  'tensorflow.state' | 'tensorflow.install' | 'tensorflow.cancel' | 'tensorflow.remove'
>;

/** Often enough to look smooth, seldom enough to cost nothing. */
const progressMs = 200;

export interface Tensorflow {
  /** What is here: tried once for each installation, or `again`. */
  here(again?: boolean): Promise<TensorflowHere>;
  readonly calls: Calls;
  /** Resolves when no installation is under way, which `closing` stops. */
  ended(): Promise<void>;
}

export function tensorflow({ emit }: Pick<Context, 'emit'>, closing: AbortSignal): Tensorflow {
  const tried = new Map<string, Promise<Trial>>();
  let running: AbortController | null = null;
  let ending: Promise<void> = Promise.resolve();
  let progress: TensorflowProgress | null = null;
  let log: readonly string[] = [];
  let failure: string | null = null;
  closing.addEventListener('abort', () => running?.abort());

  async function here(again = false): Promise<TensorflowHere> {
    const installed = await readInstalled();
    if (!installed) return { installed, found: null, problem: null };
    if (again) tried.delete(installed.folder);
    const trial = tried.get(installed.folder) ?? tryTensorflow(installed);
    tried.set(installed.folder, trial);
    return { installed, ...(await trial) };
  }

  async function state(again = false): Promise<TensorflowState> {
    const reason = unavailable(thisSystem());
    const found = reason === null ? offers(thisSystem(), (await nvidiaCards()).length > 0) : [];
    return {
      ...(await here(again)),
      installing: progress,
      log: [...log],
      failure,
      offers: found,
      unavailable: reason,
    };
  }

  function refuseIfRunning(): void {
    if (running) throw new StudioError('refused', 'TensorFlow is being installed already.');
  }

  function following(signal: AbortSignal) {
    let last = 0;
    return {
      signal,
      log: (line: string) => {
        log = [...log, line].slice(-tensorflowLogLines);
        emit({ name: 'tensorflow.log', data: { line } });
      },
      onProgress: (next: TensorflowProgress) => {
        const isSame = progress?.step === next.step && next.done !== next.total;
        progress = next;
        if (isSame && Date.now() - last < progressMs) return;
        last = Date.now();
        emit({ name: 'tensorflow.progress', data: next });
      },
    };
  }

  async function run(request: Parameters<typeof planInstall>[0], controller: AbortController) {
    const { signal } = controller;
    try {
      const plan = await planInstall(request);
      signal.throwIfAborted();
      ending = install(plan, following(signal))
        .then(
          ({ installed, trial }) => {
            tried.set(installed.folder, Promise.resolve(trial));
          },
          (error: unknown) => {
            failure = signal.aborted ? null : toErrorReply(error).message;
          },
        )
        .finally(end);
    } catch (error) {
      end();
      throw error;
    }
  }

  function end(): void {
    running = null;
    progress = null;
    emit({ name: 'tensorflow.changed', data: {} });
  }

  return {
    here,
    ended: () => ending,
    calls: {
      'tensorflow.state': ({ again }) => state(again),
      'tensorflow.install': async ({ build, from }) => {
        refuseIfRunning();
        running = new AbortController();
        log = [];
        failure = null;
        progress = { step: 'downloading', done: 0, total: null };
        const suits = offers(thisSystem(), from === undefined && (await nvidiaCards()).length > 0);
        await run({ build: build ?? suits[0]?.build ?? 'cpu', from }, running);
        return {};
      },
      'tensorflow.cancel': () => {
        running?.abort();
        return {};
      },
      'tensorflow.remove': async () => {
        refuseIfRunning();
        await remove();
        emit({ name: 'tensorflow.changed', data: {} });
        return state();
      },
    },
  };
}
