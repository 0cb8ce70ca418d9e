import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Backbone } from '../../src-shared/domain.ts';
import type { StudioState } from './studio.svelte.ts';

export interface Download {
  readonly received: number;
  readonly total: number | null;
}

/** The networks that can be trained on, and those that could be fetched. */
export class BackbonesState {
  list = $state.raw<readonly Backbone[]>([]);
  /** The one to begin with; null when none is ready. */
  best = $state<string | null>(null);
  readonly ready: readonly Backbone[] = $derived(this.list.filter(({ ready }) => ready));

  readonly #studio: StudioState;
  readonly #downloads = new SvelteMap<string, Download>();

  constructor(studio: StudioState) {
    this.#studio = studio;
  }

  /** Asks for them and follows the studio's events; returns the function that stops that. */
  follow(): () => void {
    const stops = [
      this.#studio.on('backbones.changed', () => {
        // Every download ends in this, cancelled ones too; one that goes on reports again at once.
        this.#downloads.clear();
        void this.renew();
      }),
      this.#studio.on('backbone.progress', ({ name, received, total, error }) => {
        const ended = error !== null || (total !== null && received >= total);
        if (ended) this.#downloads.delete(name);
        else this.#downloads.set(name, { received, total });
        if (error !== null) this.#studio.notices.error(error);
      }),
      this.#studio.onReconnect(() => void this.renew()),
    ];
    void this.renew();
    return () => {
      for (const stop of stops) stop();
    };
  }

  async renew(): Promise<void> {
    const answer = await this.#studio.ask('backbones.list', {});
    if (!answer) return;
    this.list = answer.backbones;
    this.best = answer.best;
  }

  title(name: string): string {
    return this.list.find((backbone) => backbone.name === name)?.title ?? name;
  }

  find(name: string): Backbone | undefined {
    return this.list.find((backbone) => backbone.name === name);
  }

  /** How far a download has come; undefined when none is under way. */
  download(name: string): Download | undefined {
    return this.#downloads.get(name);
  }
}

export const [getBackbones, setBackbones] = createContext<BackbonesState>();
