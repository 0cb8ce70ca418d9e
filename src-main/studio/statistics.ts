/** What the image set is like as a whole. */
import type { Context } from './context.ts';
import { fingerprinting } from './fingerprinting.ts';
import type { Handlers } from './handlers.ts';

export function statisticsCalls(context: Context): Pick<Handlers, 'images.statistics'> {
  const printed = fingerprinting(context);
  return {
    'images.statistics': () => {
      const { store } = context.project();
      const found = store.statistics.get();
      // From before brightness was measured: asked again, they are there.
      if (found.unmeasured > 0)
        void printed.whole().then(() => context.emit({ name: 'images.changed', data: {} }));
      return found;
    },
  };
}
