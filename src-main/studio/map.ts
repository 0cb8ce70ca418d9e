/** The map of the pictures: drawn once for each network, kept in the project, and grown as pictures come. */
import { StudioError } from '../../src-shared/errors.ts';
import { EngineEnded } from '../engine/host.ts';
import type { MapPoints, Progress } from '../engine/protocol.ts';
import { bestBackbone } from './backbones.ts';
import type { Context, OpenProject } from './context.ts';
import type { Handlers } from './handlers.ts';
import type { Looking } from './looking.ts';
import { Pace } from './pace.ts';

type Calls = Pick<Handlers, 'assist.map' | 'assist.cancelMap'>;

/** A map on which more than this share was only placed is drawn anew. */
const mostPlaced = 0.3;
/** From here on only a sample is projected, so drawing anew brings nothing for what is placed. */
const sampled = 10_000;

interface Drawing {
  readonly anew: boolean;
  readonly abort: AbortController;
  readonly map: Promise<MapPoints>;
}

export function mapCalls(context: Context, pictures: Looking): Calls {
  let drawing: Drawing | null = null;

  context.onOpen((project) => {
    project.onClose(async () => {
      drawing?.abort.abort();
      await drawing?.map.catch(() => {});
    });
  });

  async function draw(project: OpenProject, anew: boolean, signal: AbortSignal) {
    const pace = new Pace((done, total, secondsLeft) => {
      const data = { done, total: total ?? 0, secondsLeft };
      context.emit({ name: 'assist.map-progress', data });
    });
    await unlessAborted(pictures.wake(), signal);
    const { sha256 } = await bestBackbone();
    const { maps, images } = project.store;
    const there = anew ? null : maps.get(sha256);
    const ids = images.query({}, 'imported');
    const known = there && stillGood(there, ids) ? there : null;
    if (known && isWhole(known, ids, pictures.rows)) return known;
    const onProgress = (progress: Progress) => {
      if (progress.kind === 'map') pace.report(progress.done, progress.total);
    };
    const map = await pictures.ask<'map'>((question) =>
      context.engine.run({ kind: 'map', ...question, known }, { signal, onProgress }),
    );
    if (context.current() === project) maps.put(sha256, map);
    return map;
  }

  async function drawn(anew: boolean): Promise<MapPoints> {
    const project = context.project();
    if (drawing && (drawing.anew || !anew)) return drawing.map;
    drawing?.abort.abort();
    const abort = new AbortController();
    const map = draw(project, anew, abort.signal)
      .catch((error: unknown) => {
        if (abort.signal.aborted || (error instanceof EngineEnded && error.state === 'cancelled'))
          throw new StudioError('refused', 'The map was stopped before it was drawn.');
        throw error;
      })
      .finally(() => {
        if (drawing?.abort === abort) drawing = null;
      });
    drawing = { anew, abort, map };
    return map;
  }

  return {
    'assist.map': async ({ anew }) => {
      const { ids, points, projected } = await drawn(anew);
      const here = new Set(context.project().store.images.query({}, 'imported'));
      const kept = Array.from(ids.keys()).filter((i) => here.has(ids[i]!));
      const xy = new Float32Array(2 * kept.length);
      for (const [at, i] of kept.entries()) xy.set(points.subarray(2 * i, 2 * i + 2), 2 * at);
      return {
        imageIds: kept.map((i) => ids[i]!),
        points: Buffer.from(xy.buffer).toString('base64'),
        projected,
      };
    },
    'assist.cancelMap': () => {
      drawing?.abort.abort();
      return {};
    },
  };
}

function stillGood({ ids: old, projected }: MapPoints, ids: readonly number[]): boolean {
  if (old.length === 0) return false;
  if (projected >= sampled) return true;
  return projected >= (1 - mostPlaced) * ids.length;
}

/** Is every picture on it that the network could read? */
function isWhole({ ids: old }: MapPoints, ids: readonly number[], rows: number): boolean {
  const on = new Set(old);
  return ids.filter((id) => !on.has(id)).length <= Math.max(0, ids.length - rows);
}

/** Rejects as soon as the signal says so; what was waited for goes on. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([work, aborted]);
  signal.throwIfAborted();
}
