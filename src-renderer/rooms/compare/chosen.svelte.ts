import { createContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import type { Run } from '../../../src-shared/domain.ts';

/** The runs that are compared: every finished one until the person takes some out. */
export class Chosen {
  readonly #without = new SvelteSet<number>();

  of(finished: readonly Run[]): readonly Run[] {
    return finished.filter(({ id }) => !this.#without.has(id));
  }

  /** Another project: its runs have nothing to do with these. */
  forget(): void {
    this.#without.clear();
  }

  toggle(id: number): void {
    if (!this.#without.delete(id)) this.#without.add(id);
  }
}

export const [getChosen, setChosen] = createContext<Chosen>();
