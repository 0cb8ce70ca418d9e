/** Labelling. Everything but the export can be undone, also after a restart. */
import type { Context } from './context.ts';
import { exportDataset, exportRows } from './dataset-export.ts';
import { labelsCsv } from './formats/tables.ts';
import type { Handlers } from './handlers.ts';

type Calls = Pick<
  Handlers,
  | 'labels.create'
  | 'labels.update'
  | 'labels.merge'
  | 'labels.delete'
  | 'labels.assign'
  | 'labels.sort'
  | 'labels.export'
  | 'labels.csv'
>;

/** Up to this many images are named in an event; beyond, asking again for all that is shown is cheaper. */
const namedAtOnce = 1000;

/** Tells that labels or marks of these images changed; null: of many. */
export const teller = (context: Context) => (imageIds: readonly number[] | null) => {
  const named = imageIds && imageIds.length <= namedAtOnce ? [...imageIds] : null;
  context.emit({ name: 'labels.assigned', data: { imageIds: named } });
};

export function labelCalls(context: Context): Calls {
  const tell = teller(context);
  const labelled = () => ({ labels: context.changed().labels });
  const labels = () => context.project().store.labels;
  /** Who labels waits for the answer, and nobody for the counts. */
  const given = (imageIds: readonly number[]) => {
    tell(imageIds);
    context.changedSoon();
    return { labels: labels().list() };
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
      return given(imageIds);
    },
    'labels.sort': ({ piles }) => {
      labels().sort(piles);
      return given(piles.flatMap(({ imageIds }) => imageIds));
    },
    'labels.export': (order) => exportDataset(context.project().store, order),
    'labels.csv': () => {
      const rows = exportRows(context.project().store);
      return { csv: labelsCsv(rows), rows: rows.length };
    },
  };
}
