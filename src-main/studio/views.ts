/** Saved views, with how many images fit each of them now. */
import type { View } from '../../src-shared/domain.ts';
import type { StoredView } from '../store/views.ts';
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';

type Calls = Pick<Handlers, 'views.list' | 'views.create' | 'views.update' | 'views.delete'>;

/** @param count counts the images of a filter, as the grid would show them. */
export function viewCalls(context: Context, count: Handlers['images.count']): Calls {
  const views = () => context.project().store.views;
  async function counted(list: readonly StoredView[]): Promise<View[]> {
    const { counts } = await count({ filters: list.map(({ filter }) => filter) });
    return list.map((view, index) => ({ ...view, count: counts[index]! }));
  }
  async function changed(view: StoredView): Promise<View> {
    context.emit({ name: 'views.changed', data: {} });
    context.changed();
    return (await counted([view]))[0]!;
  }
  return {
    'views.list': async () => ({ views: await counted(views().list()) }),
    'views.create': ({ name, filter, sort }) => changed(views().create(name, filter, sort)),
    'views.update': ({ id, ...to }) => changed(views().update(id, to)),
    'views.delete': ({ id }) => {
      views().delete(id);
      context.emit({ name: 'views.changed', data: {} });
      context.changed();
      return {};
    },
  };
}
