import { type Preferences, usualPreferences } from '../../src-shared/preferences.ts';
import type { StudioState } from './studio.svelte.ts';

/** What the person has set, for all projects; the same in every window. */
export class Settings {
  now = $state.raw<Preferences>(usualPreferences);
  readonly #studio: StudioState;

  constructor(studio: StudioState) {
    this.#studio = studio;
  }

  /** Asks for it and follows it. Returns the function that stops that. */
  follow(): () => void {
    const stops = [
      this.#studio.on('preferences.changed', (changed) => {
        this.now = changed;
      }),
      this.#studio.onReconnect(() => void this.#ask()),
    ];
    void this.#ask();
    return () => {
      for (const stop of stops) stop();
    };
  }

  async #ask(): Promise<void> {
    this.now = (await this.#studio.ask('preferences.get', {})) ?? this.now;
  }

  /** Shown at once; false when it could not be kept, and then it is as it was. */
  async set(to: Partial<Preferences>): Promise<boolean> {
    const before = this.now;
    this.now = { ...before, ...to };
    const answer = await this.#studio.save('preferences.set', to);
    this.now = answer ?? before;
    return answer !== undefined;
  }
}
