import { untrack } from 'svelte';

/** Something that can be done from the palette (Ctrl+K). */
export interface PaletteCommand {
  /** Unique among those on offer. */
  readonly name: string;
  readonly keys?: string;
  readonly run: () => void;
}

/** What can be done now: each part of the page offers its own while it is on the screen. */
export class Commands {
  #offers = $state.raw<readonly (() => readonly PaletteCommand[])[]>([]);

  get all(): readonly PaletteCommand[] {
    return this.#offers.flatMap((offer) => offer());
  }

  /** Use in an effect: `$effect(() => studio.commands.offer(() => […]))`. */
  offer(commands: () => readonly PaletteCommand[]): () => void {
    // An effect that offers must not run again because something was offered.
    this.#offers = [...untrack(() => this.#offers), commands];
    return () => {
      this.#offers = this.#offers.filter((offer) => offer !== commands);
    };
  }
}
