import type { CallOutput } from '../../src-shared/contract.ts';
import type { StudioState } from './studio.svelte.ts';

/** The libraries that can compute a run on the studio's machine, and how they compare there. */
export class Runtimes {
  now = $state.raw<CallOutput<'runtimes.bench'> | undefined>();
  readonly #studio: StudioState;

  constructor(studio: StudioState) {
    this.#studio = studio;
  }

  /** Asks for it, and again when something was installed. Returns the function that stops that. */
  follow(): () => void {
    void this.ask();
    return this.#studio.on('tensorflow.changed', () => void this.ask());
  }

  async ask(measure = false): Promise<void> {
    this.now = (await this.#studio.ask('runtimes.bench', { measure })) ?? this.now;
  }
}
