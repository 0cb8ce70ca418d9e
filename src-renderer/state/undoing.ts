import type { StudioState } from './studio.svelte.ts';

/** Undo and redo of whatever was done last, wherever one is. */
export class Undoing {
  readonly #studio: StudioState;

  constructor(studio: StudioState) {
    this.#studio = studio;
  }

  undo = async (): Promise<void> => {
    const answer = await this.#studio.save('labels.undo', {});
    if (!answer) return;
    if (answer.what === null) this.#studio.notices.info('There is nothing to undo.');
    else this.#studio.notices.info(`Undone: ${answer.what}.`, { words: 'Redo', run: this.redo });
  };

  redo = async (): Promise<void> => {
    const answer = await this.#studio.save('labels.redo', {});
    if (!answer) return;
    if (answer.what === null) this.#studio.notices.info('There is nothing to redo.');
    else
      this.#studio.notices.info(`Done again: ${answer.what}.`, { words: 'Undo', run: this.undo });
  };

  /** Says what was done, with a button that takes it back. */
  tell(text: string): void {
    this.#studio.notices.info(text, { words: 'Undo', run: this.undo });
  }
}
