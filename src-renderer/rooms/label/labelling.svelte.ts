import type { Label } from '../../../src-shared/domain.ts';
import { afterFrame } from '../../parts/after-frame.ts';
import { pictures as counted } from '../../parts/words.ts';
import type { StudioState } from '../../state/studio.svelte.ts';
import type { Pictures } from './pictures.svelte.ts';
import { choose, chosen, nextWhere } from './selection.ts';

/** What the keys and buttons of the room do with labels. */
export class Labelling {
  /** For a screen reader, where nothing is said on the screen: what was just done. */
  said = $state('');

  /** Does the cursor go on when a label was given: at once, or when the label has been seen? */
  advances: () => 'at-once' | 'seen' | 'not' = () => 'seen';

  readonly #studio: StudioState;
  readonly #pictures: Pictures;
  /** Brings the cursor into sight after it has moved. */
  readonly #reveal: () => void;
  /** Where the cursor is to go as soon as the label has been drawn. */
  #going: { readonly go: () => void; readonly cancel: () => void } | undefined;

  constructor(studio: StudioState, pictures: Pictures, reveal: () => void) {
    this.#studio = studio;
    this.#pictures = pictures;
    this.#reveal = reveal;
  }

  /** The labels that the keys 1 to 9 give, in the order of the list. */
  at(place: number): Label | undefined {
    return this.#studio.labels[place - 1];
  }

  /** Labels what is selected and moves on; does nothing when nothing is there. */
  async assign(label: Label): Promise<void> {
    const { ids, selection } = this.#pictures;
    const some = chosen(ids, selection);
    if (some.length === 0) return;
    const giving = this.#pictures.assign(some, label.id);
    this.#advance(some);
    if (!(await giving)) return;
    if (some.length > 1) this.#tell(`${counted(some.length)} labelled ${label.name}.`);
    else this.said = `Labelled ${label.name}`;
  }

  /** Labels these, selected or not, in one step; moves on where the picture under the cursor is one of them. */
  async assignThese(ids: readonly number[], label: Label): Promise<void> {
    const { cursorId } = this.#pictures;
    const giving = this.#pictures.assign(ids, label.id);
    if (cursorId !== undefined && ids.includes(cursorId)) this.#advance([cursorId]);
    if (await giving) this.#tell(`${counted(ids.length)} labelled ${label.name}.`);
  }

  /** What comes next finds the cursor where it belongs, drawn or not. */
  arrive(): void {
    this.#going?.cancel();
    this.#going?.go();
  }

  async clear(): Promise<void> {
    const { ids, selection } = this.#pictures;
    const some = chosen(ids, selection);
    if (some.length === 0 || !(await this.#pictures.assign(some, null))) return;
    if (some.length > 1) this.#tell(`Label taken away from ${counted(some.length)}.`);
    else this.said = 'Label taken away';
  }

  /** What of the selection is not so becomes so; if all is, none is. */
  async flag(mark: 'unsure' | 'excluded'): Promise<void> {
    const { ids, selection } = this.#pictures;
    const some = chosen(ids, selection);
    if (some.length === 0) return;
    const to = !some.every((id) => this.#pictures.image(id)?.[mark]);
    if (!(await this.#pictures.mark(some, { [mark]: to }))) return;
    const words = mark === 'unsure' ? (to ? 'unsure' : 'sure again') : to ? 'excluded' : 'back in';
    if (some.length > 1) this.#tell(`${counted(some.length)} ${words}.`);
    else this.said = `Picture ${words}`;
  }

  async note(note: string): Promise<boolean> {
    const { ids, selection } = this.#pictures;
    return this.#pictures.mark(chosen(ids, selection), { note });
  }

  /** Piles, each with its label, as one step. */
  async sort(piles: Parameters<Pictures['sortIntoPiles']>[0]): Promise<boolean> {
    if (!(await this.#pictures.sortIntoPiles(piles))) return false;
    const many = piles.reduce((sum, { imageIds }) => sum + imageIds.length, 0);
    this.#tell(`${counted(many)} sorted into piles.`);
    return true;
  }

  async create(name: string): Promise<Label | undefined> {
    return this.#studio.save('labels.create', { name });
  }

  async merge(from: Label, into: Label): Promise<void> {
    if (await this.#studio.save('labels.merge', { from: from.id, into: into.id }))
      this.#tell(`${from.name} is now part of ${into.name}.`);
  }

  async remove(label: Label): Promise<void> {
    if (await this.#studio.save('labels.delete', { id: label.id }))
      this.#tell(`Label ${label.name} deleted.`);
  }

  undo = (): Promise<void> => this.#following(this.#studio.undoing.undo);
  redo = (): Promise<void> => this.#following(this.#studio.undoing.redo);

  /** Does something whose pictures only the studio knows, and goes to them if they are shown. */
  async #following<T>(work: () => Promise<T>): Promise<T> {
    let changed: readonly number[] | null = null;
    const stop = this.#studio.on('labels.assigned', ({ imageIds }) => {
      changed = imageIds;
    });
    try {
      return await work();
    } finally {
      stop();
      this.#select(changed ?? []);
    }
  }

  #select(some: readonly number[]): void {
    const wanted = new Set(some);
    const shown = this.#pictures.ids.filter((id) => wanted.has(id));
    const cursor = this.#pictures.ids.indexOf(shown[0] ?? -1);
    if (cursor < 0) return;
    this.#pictures.selection = { ids: new Set(shown), cursor, anchor: cursor };
    this.#reveal();
  }

  #tell(text: string): void {
    this.#studio.notices.info(text, { words: 'Undo', run: this.undo });
  }

  /** The label is drawn before all that the next picture brings with it: the eye waits for the label. */
  #advance(done: readonly number[]): void {
    const how = this.advances();
    if (how === 'at-once') this.#moveOn(done);
    if (how !== 'seen') return;
    const { cursorId } = this.#pictures;
    const go = () => {
      this.#going = undefined;
      // A hand that was quicker knows better.
      if (this.#pictures.cursorId === cursorId) this.#moveOn(done);
    };
    this.#going = { go, cancel: afterFrame(go) };
  }

  /**
   * To the next picture without a label. Where none is left, one picture further in a list that is being
   * corrected (a label's own pictures), else nowhere.
   */
  #moveOn(done: readonly number[]): void {
    const pictures = this.#pictures;
    const { ids, selection } = pictures;
    const last = done.length > 1 ? ids.lastIndexOf(done[done.length - 1]!) : selection.cursor;
    const next = nextWhere(ids, last, (id) => pictures.isUnlabelled(id));
    const { label } = pictures.filter;
    const correcting = typeof label === 'number' || Array.isArray(label);
    const further = correcting && done.length === 1 ? last + 1 : -1;
    const to = next ?? further;
    if (ids[to] === undefined) return;
    pictures.selection = choose(ids, selection, to, 'only');
    this.#reveal();
  }
}
