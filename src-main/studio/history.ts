/** Undo, redo, and the list of all that was done, across restarts. */
import { StudioError } from '../../src-shared/errors.ts';
import type { Turned } from '../store/operations.ts';
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';
import { teller } from './labels.ts';

type Calls = Pick<Handlers, 'labels.undo' | 'labels.redo' | 'history.list' | 'history.turnTo'>;

export function historyCalls(context: Context): Calls {
  const tell = teller(context);

  function told(steps: readonly Turned[]): void {
    if (steps.length === 0) return;
    if (steps.some(({ pictures }) => pictures))
      context.emit({ name: 'images.changed', data: { turned: true } });
    const imageIds = new Set(steps.flatMap((step) => step.imageIds));
    if (imageIds.size > 0) tell([...imageIds]);
    if (steps.some(({ views }) => views)) context.emit({ name: 'views.changed', data: {} });
    if (steps.some(({ sources }) => sources))
      context.sourcesChanged(context.project(), { look: true });
    for (const { id, deleted } of steps.flatMap(({ runs }) => runs)) tellRun(id, deleted);
    context.changed();
  }

  function tellRun(id: number, deleted: boolean): void {
    const { runs } = context.project().store;
    if (deleted) context.emit({ name: 'run.deleted', data: { id } });
    else context.emit({ name: 'run.changed', data: { run: runs.get(id) } });
  }

  const turn = (way: 'undo' | 'redo') => () => {
    const done = context.project().store.history[way]();
    told(done ? [done] : []);
    return { what: done?.what ?? null };
  };

  return {
    'labels.undo': turn('undo'),
    'labels.redo': turn('redo'),
    'history.list': ({ before, limit }) => {
      const { history } = context.project().store;
      return {
        operations: history.list(before ?? Number.MAX_SAFE_INTEGER, limit),
        total: history.count(),
      };
    },
    'history.turnTo': ({ id }) => {
      const { history } = context.project().store;
      if (id > 0 && !history.has(id))
        throw new StudioError(
          'not-found',
          'This step is no longer there: something new was done after it had been undone.',
        );
      const { undone, redone } = history.turnTo(id);
      told([...undone, ...redone]);
      return { undone: undone.length, redone: redone.length };
    },
  };
}
