/** The backbone looks at every picture of the open project once, in the background, and can then be asked. */
import { join } from 'node:path';
import type { AssistState } from '../../src-shared/domain.ts';
import { StudioError, toErrorReply } from '../../src-shared/errors.ts';
import type { BackboneFile, JobResult } from '../engine/protocol.ts';
import { bestBackbone } from './backbones.ts';
import type { Context, OpenProject } from './context.ts';
import { Pace } from './pace.ts';

/** So many pictures are asked for at once: the answers to questions lie between two such jobs. */
const chunk = 128;

type Question = { readonly embedding: string; readonly rows: number };

export interface Looking {
  state(): Omit<AssistState, 'suggesting'>;
  /** Other pictures are there than before: what was seen is looked at again, from the features that are kept. */
  restart(): Promise<void>;
  /** Goes on, if there is something to look at. Never rejects; resolves when it is through or cannot go on. */
  wake(): Promise<void>;
  /** Has it seen any picture yet? */
  readonly rows: number;
  /**
   * Asks about the pictures that it has seen; waits for the first ones if there are none.
   * @throws StudioError when there is no backbone here, or the engine fails
   */
  ask<K extends 'suggest' | 'next' | 'similar' | 'review' | 'map'>(
    run: (question: Question, backbone: BackboneFile) => Promise<JobResult[K]>,
  ): Promise<NonNullable<JobResult[K]>>;
}

interface Progress {
  readonly project: OpenProject;
  readonly backbone: BackboneFile;
  embedding: string;
  /** In the engine's memory. */
  rows: number;
  /** Id of the last picture that was looked at, and how many that makes. */
  last: number;
  done: number;
}

export function looking(context: Context, tell: () => void): Looking {
  let progress: Progress | null = null;
  let running: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null;
  let problem: string | null = null;
  let secondsLeft: number | null = null;
  let firstRows = Promise.withResolvers<void>();

  function reset(): void {
    progress = null;
    secondsLeft = null;
    firstRows = Promise.withResolvers();
  }

  async function begin(project: OpenProject): Promise<Progress> {
    const backbone = await bestBackbone();
    if (progress?.project === project && progress.backbone.sha256 === backbone.sha256) {
      return progress;
    }
    reset();
    progress = { project, backbone, embedding: '', rows: 0, last: 0, done: 0 };
    return progress;
  }

  async function look(project: OpenProject, signal: AbortSignal): Promise<void> {
    const at = await begin(project);
    const { images } = project.store;
    const pace = new Pace((_done, _total, left) => {
      secondsLeft = left;
      tell();
    });
    for (;;) {
      signal.throwIfAborted();
      const pictures = images
        .after(at.last, chunk)
        .map(({ id, ...rest }) => ({ imageId: id, ...rest }));
      if (pictures.length === 0) break;
      const { backbone, rows } = at;
      const features = join(project.path, 'features');
      const job = { kind: 'embed', backbone, features, rows, anew: rows === 0, pictures } as const;
      const result = await context.engine.run(job, { signal });
      if (!result) {
        Object.assign(at, { rows: 0, last: 0, done: 0 });
        continue;
      }
      at.embedding = result.embedding;
      at.rows = result.rows;
      at.last = pictures.at(-1)!.imageId;
      at.done += pictures.length;
      if (at.rows > 0) firstRows.resolve();
      pace.report(at.done, Math.max(at.done, images.count()));
    }
    secondsLeft = null;
  }

  function wake(): Promise<void> {
    if (running) return running.ended;
    const project = context.current();
    if (!project) return Promise.resolve();
    const abort = new AbortController();
    problem = null;
    const ended = look(project, abort.signal)
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        problem = toErrorReply(error).message;
      })
      .finally(() => {
        running = null;
        firstRows.resolve(); // there will be none
        if (progress === null || progress.rows === 0) firstRows = Promise.withResolvers();
        const nothing = problem === null && (progress?.done ?? 0) === 0;
        if (!abort.signal.aborted && !nothing) tell();
      });
    running = { abort, ended };
    return ended;
  }

  context.onOpen((project) => {
    project.onClose(async () => {
      running?.abort.abort();
      await running?.ended;
      reset();
      problem = null;
    });
  });

  return {
    state() {
      const total = context.current()?.store.images.count() ?? 0;
      const done = Math.min(total, progress?.done ?? 0);
      const state = running ? 'looking' : done > 0 && done === total ? 'ready' : 'resting';
      return { state, done, total, secondsLeft: running ? secondsLeft : null, problem };
    },
    async restart() {
      if (!progress && !running) return;
      running?.abort.abort();
      await running?.ended;
      reset();
    },
    wake,
    get rows() {
      return progress?.rows ?? 0;
    },
    async ask(run) {
      for (let attempt = 0; attempt < 2; attempt++) {
        if (!progress || progress.rows === 0) {
          const first = firstRows.promise;
          const ended = wake();
          await Promise.race([first, ended]);
        }
        if (!progress || progress.rows === 0) {
          throw new StudioError('unavailable', problem ?? 'There are no pictures to compare yet.');
        }
        const { embedding, rows, backbone } = progress;
        const answer = await run({ embedding, rows }, backbone);
        if (answer) return answer;
        // The engine's process has ended since: what it read is on the disk and soon read again.
        running?.abort.abort();
        await running?.ended;
        reset();
      }
      throw new StudioError('unavailable', 'The engine lost the pictures twice. Try again.');
    },
  };
}
