import { createContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import type { Run } from '../../../src-shared/domain.ts';
import { isDoneAgain } from '../../../src-shared/done-again.ts';

/**
 * The runs that are compared: every finished one until the person takes some out, but for those that were done again with
 * folds, which say more of the same.
 */
export class Chosen {
  readonly #changed = new SvelteSet<number>();

  of(finished: readonly Run[]): readonly Run[] {
    return finished.filter((run) => isDoneAgain(run, finished) === this.#changed.has(run.id));
  }

  /** Another project: its runs have nothing to do with these. */
  forget(): void {
    this.#changed.clear();
  }

  toggle(id: number): void {
    if (!this.#changed.delete(id)) this.#changed.add(id);
  }
}

export const [getChosen, setChosen] = createContext<Chosen>();
