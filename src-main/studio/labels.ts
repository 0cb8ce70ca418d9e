/** Labelling. Everything but the export can be undone, also after a restart. */
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';
import { exportLabels, labelsCsv } from './label-export.ts';

type Calls = Pick<
  Handlers,
  | 'labels.create'
  | 'labels.update'
  | 'labels.merge'
  | 'labels.delete'
  | 'labels.assign'
  | 'labels.undo'
  | 'labels.redo'
  | 'labels.export'
  | 'labels.csv'
>;

/** Up to this many images are named in an event; beyond, asking again for all that is shown is cheaper. */
const namedAtOnce = 1000;

export function labelCalls(context: Context): Calls {
  const tell = (imageIds: readonly number[] | null) => {
    const named = imageIds && imageIds.length <= namedAtOnce ? [...imageIds] : null;
    context.emit({ name: 'labels.assigned', data: { imageIds: named } });
  };
  const labelled = () => ({ labels: context.changed().labels });
  const labels = () => context.project().store.labels;

  const turn = (way: 'undo' | 'redo') => () => {
    const done = context.project().store[way]();
    if (!done) return { what: null };
    if (done.imageIds.length > 0) tell(done.imageIds);
    context.changed();
    return { what: done.what };
  };

  return {
    'labels.create': ({ name, colour }) => {
      const id = labels().create(name, colour);
      return labelled().labels.find((label) => label.id === id)!;
    },
    'labels.update': ({ id, name, colour }) => {
      labels().update(id, { name, colour });
      return labelled();
    },
    'labels.merge': ({ from, into }) => {
      labels().merge(from, into);
      tell(null);
      return labelled();
    },
    'labels.delete': ({ id }) => {
      labels().delete(id);
      tell(null);
      return labelled();
    },
    'labels.assign': ({ imageIds, labelId }) => {
      labels().assign(imageIds, labelId);
      tell(imageIds);
      return labelled();
    },
    'labels.undo': turn('undo'),
    'labels.redo': turn('redo'),
    'labels.export': ({ out }) => exportLabels(context.project().store, out),
    'labels.csv': () => labelsCsv(context.project().store),
  };
}
