/** What the grid and the inspector ask about images. */
import { placeholderBytes } from '../images/placeholder.ts';
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';

type Calls = Pick<
  Handlers,
  'images.query' | 'images.get' | 'images.history' | 'images.placeholders'
>;

export function imageCalls(context: Context): Calls {
  const images = () => context.project().store.images;
  return {
    'images.query': ({ filter, sort }) => ({ ids: images().query(filter, sort) }),
    'images.get': ({ ids }) => ({ images: images().getMany(ids) }),
    'images.placeholders': ({ ids }) => {
      const bytes = Buffer.alloc(ids.length * placeholderBytes);
      for (const [i, placeholder] of images().placeholders(ids).entries())
        if (placeholder) bytes.set(placeholder, i * placeholderBytes);
      return { base64: bytes.toString('base64') };
    },
    'images.history': ({ id }) => ({ entries: images().history(id) }),
  };
}
