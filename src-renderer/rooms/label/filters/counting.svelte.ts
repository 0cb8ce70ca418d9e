import type { ImageFilter } from '../../../../src-shared/domain.ts';
import type { StudioState } from '../../../state/studio.svelte.ts';

/** How many pictures fit a filter while it is put together; undefined until that is known. For the life of a component. */
export function counting(
  studio: StudioState,
  filter: () => ImageFilter,
): { readonly count: number | undefined } {
  let count = $state<number | undefined>();
  let asked = 0;
  async function ask() {
    const mine = ++asked;
    const answer = await studio.ask('images.count', { filters: [filter()] });
    if (answer && mine === asked) count = answer.counts[0];
  }
  $effect(() => {
    void filter();
    const timer = setTimeout(() => void ask(), 100);
    const stops = [studio.on('labels.assigned', ask), studio.on('images.changed', ask)];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  });
  return {
    get count() {
      return count;
    },
  };
}
