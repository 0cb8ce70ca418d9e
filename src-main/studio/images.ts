/** What the grid and the inspector ask about images. */
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';

type Calls = Pick<Handlers, 'images.query' | 'images.get' | 'images.history'>;

export function imageCalls(context: Context): Calls {
  const images = () => context.project().store.images;
  return {
    'images.query': ({ filter, sort }) => ({ ids: images().query(filter, sort) }),
    'images.get': ({ ids }) => ({ images: images().getMany(ids) }),
    'images.history': ({ id }) => ({ entries: images().history(id) }),
  };
}
