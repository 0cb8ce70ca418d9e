/** What a run's augmentation makes of one of the user's own pictures. */
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';

export function augmentationCalls({
  project,
  inspectors,
}: Pick<Context, 'project' | 'inspectors'>): Pick<Handlers, 'augmentation.preview'> {
  return {
    'augmentation.preview': async ({ imageId, augmentation, seed, count }) => {
      const { path, sha256 } = project().store.images.get(imageId);
      const views = await inspectors.views({ path, sha256, augmentation, seed, count });
      const pictures = views.map(
        (bytes) => `data:image/webp;base64,${Buffer.from(bytes).toString('base64')}`,
      );
      return { pictures };
    },
  };
}
