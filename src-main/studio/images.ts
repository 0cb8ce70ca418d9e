/** What the grid and the inspector ask about images, and what images are marked with. */
import { resolve } from 'node:path';
import { bitsOf } from '../../src-shared/bits.ts';
import { placeholderBytes } from '../images/placeholder.ts';
import type { Guess } from '../store/image-filter.ts';

import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';
import { teller } from './labels.ts';

type Calls = Pick<
  Handlers,
  | 'images.query'
  | 'images.get'
  | 'images.labels'
  | 'images.predicted'
  | 'images.history'
  | 'images.placeholders'
  | 'images.count'
  | 'images.folders'
  | 'images.find'
  | 'images.mark'
>;

/**
 * @param suggested what is suggested for images now, beside what runs have predicted on the test images:
 * asked only when a filter wants to know.
 */
export function imageCalls(context: Context, suggested: () => readonly Guess[] = () => []): Calls {
  const images = () => context.project().store.images;
  const tell = teller(context);
  return {
    'images.query': ({ filter, sort }) => {
      const guesses = asksForGuess(filter) ? suggested() : [];
      const { ids, waiting } = images().list(filter, sort, guesses);
      return { ids: [...ids], waiting: Buffer.from(bitsOf(waiting)).toString('base64') };
    },
    'images.get': ({ ids }) => ({ images: images().getMany(ids) }),
    'images.placeholders': ({ ids }) => {
      const bytes = Buffer.alloc(ids.length * placeholderBytes);
      for (const [i, placeholder] of images().placeholders(ids).entries())
        if (placeholder) bytes.set(placeholder, i * placeholderBytes);
      return { base64: bytes.toString('base64') };
    },
    'images.labels': () => {
      const labelOf = images().labelOf();
      return { imageIds: [...labelOf.keys()], labelIds: [...labelOf.values()] };
    },
    'images.predicted': () => {
      const guesses = images().predicted(suggested());
      return {
        imageIds: guesses.map(({ imageId }) => imageId),
        labelIds: guesses.map(({ labelId }) => labelId),
      };
    },
    'images.history': ({ id }) => ({ entries: images().history(id) }),
    'images.count': ({ filters }) => {
      const guesses = filters.some(asksForGuess) ? suggested() : [];
      return { counts: filters.map((filter) => images().countOf(filter, guesses)) };
    },
    'images.folders': () => ({ folders: images().folders() }),
    'images.find': ({ paths }) => ({
      ids: paths.map((path) => images().atPath(resolve(path)) ?? null),
    }),
    'images.mark': ({ imageIds, ...to }) => {
      if (context.project().store.marks.set(imageIds, to) > 0) {
        tell(imageIds);
        context.changed();
      }
      return {};
    },
  };
}

const asksForGuess = ({ predicted, confidence }: { predicted?: unknown; confidence?: unknown }) =>
  predicted !== undefined || confidence !== undefined;
