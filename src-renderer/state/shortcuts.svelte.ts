import type { ActionId } from '../keys/actions.ts';
import { type Chord, inWords, type KeyPress } from '../keys/chord.ts';
import { actionOf, type Keymap, keymapOf, type OwnKeys } from '../keys/keymap.ts';
import type { Settings } from './settings.svelte.ts';

/** The keys as they are now: the usual ones, changed by what the person has set. */
export class Shortcuts {
  readonly #settings: Settings;
  readonly keymap: Keymap = $derived.by(() => keymapOf(this.own));

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get own(): OwnKeys {
    return this.#settings.now.shortcuts;
  }

  actionOf(press: KeyPress): string | undefined {
    return actionOf(press, this.keymap);
  }

  keysOf(id: string): readonly Chord[] {
    return this.keymap.keys.get(id) ?? [];
  }

  /** Its first key, for where one is shown beside its words; undefined when it has none. */
  keyOf(id: ActionId | `label-${number}`): Chord | undefined {
    return this.keysOf(id)[0];
  }

  /** `Open large (Space)`. */
  titled(words: string, id: ActionId): string {
    const key = this.keyOf(id);
    return key === undefined ? words : `${words} (${inWords(key)})`;
  }

  set(own: OwnKeys): Promise<boolean> {
    const shortcuts = Object.fromEntries(Object.entries(own).map(([id, keys]) => [id, [...keys]]));
    return this.#settings.set({ shortcuts });
  }
}
