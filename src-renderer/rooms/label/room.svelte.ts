import type { ImageFilter, ImageSort, Label } from '../../../src-shared/domain.ts';
import type { RoomAction } from '../../keys/actions.ts';
import type { Step } from '../../pictures/grid-shape.ts';
import type { Sources } from '../../sources/sources.ts';
import type { StudioState } from '../../state/studio.svelte.ts';
import type { Command } from './keys.ts';
import { Labelling } from './labelling.svelte.ts';
import { Pictures } from './pictures.svelte.ts';
import { choose, chooseAll, chosen } from './selection.ts';
import { Assistance, type Group } from './suggest/assistance.svelte.ts';
import { similarTo } from './suggest/similar.ts';

/** What lies over the room. */
export type Open =
  | { readonly what: 'large' }
  /** `large`: over the large view, to which it goes back. */
  | { readonly what: 'find' | 'note'; readonly large: boolean }
  | { readonly what: 'filters' | 'history' | 'save-view' }
  | { readonly what: 'piles'; readonly ids: readonly number[] }
  /** Pictures that seem to be of one label: they stay these while they are looked at. */
  | { readonly what: 'group'; readonly group: Group }
  | { readonly what: 'review' }
  | { readonly what: 'merge'; readonly from: Label }
  | { readonly what: 'import'; readonly sources: Sources | undefined };

/** Where the pictures are shown, as far as the keys need it. */
interface Shown {
  stepTo(step: Step): number;
  /** Brings the cursor into sight. */
  show(): Promise<void>;
  /** The same, and puts the focus on it. */
  reveal(): Promise<void>;
}

/** The Label room: its pictures, what lies over them, and what every key and button does. */
export class Room {
  readonly pictures: Pictures;
  readonly labelling: Labelling;
  readonly assistance: Assistance;
  readonly #studio: StudioState;
  /** The one thing that lies over the room. */
  open = $state.raw<Open | undefined>();
  /** Which new label is being named, of those so far. */
  naming = $state<number | undefined>();
  #named = 0;
  /** All pictures in rows; one large, with the next ones below it; or all laid out by likeness. */
  view = $state<'grid' | 'focus' | 'map'>('grid');
  /** What the pictures are when they are not those of the filter, in words. */
  presented = $state<string | undefined>();
  shown = $state.raw<Shown | undefined>();
  filterField: { focus(): void } | undefined;
  readonly isLarge = $derived(
    this.open?.what === 'large' ||
      ((this.open?.what === 'find' || this.open?.what === 'note') && this.open.large),
  );

  readonly #do: Readonly<Record<RoomAction, () => void>> = {
    clear: () => void this.labelling.clear(),
    find: () => this.#overPicture('find'),
    accept: () => this.#accept(),
    group: () => {
      const group = this.assistance.groups.find(({ labelId }) => this.#studio.label(labelId));
      if (group) this.open = { what: 'group', group };
    },
    'new-label': () => {
      // Another one, where the last is still being saved: its end must not close this.
      this.naming = ++this.#named;
    },
    undo: () => void this.labelling.undo(),
    redo: () => void this.labelling.redo(),
    unsure: () => void this.labelling.flag('unsure'),
    exclude: () => void this.labelling.flag('excluded'),
    note: () => this.#overPicture('note'),
    history: () => this.#over('history'),
    filters: () => this.#over('filters'),
    'save-view': () => this.#over('save-view'),
    focus: () => {
      if (this.pictures.ids.length === 0) return;
      this.view = this.view === 'focus' ? 'grid' : 'focus';
      this.#choose(Math.max(0, this.pictures.selection.cursor), 'only');
    },
    map: () => {
      if (this.pictures.ids.length > 0) this.view = this.view === 'map' ? 'grid' : 'map';
    },
    piles: () => {
      const ids = chosen(this.pictures.ids, this.pictures.selection);
      if (ids.length > 0) this.open = { what: 'piles', ids };
    },
    toggle: () => this.#choose(this.pictures.selection.cursor, 'toggle'),
    all: () => {
      this.pictures.selection = chooseAll(this.pictures.ids, this.pictures.selection);
    },
    open: () => {
      if (this.pictures.cursorId !== undefined) this.open = { what: 'large' };
    },
    filter: () => this.filterField?.focus(),
    similar: () => {
      const some = chosen(this.pictures.ids, this.pictures.selection);
      if (some.length > 0) void this.findSimilar(some);
    },
    useful: () => void this.#findUseful(),
    review: () => {
      this.open = { what: 'review' };
    },
    import: () => {
      this.open = { what: 'import', sources: undefined };
    },
  };

  constructor(studio: StudioState) {
    this.#studio = studio;
    this.pictures = new Pictures(studio);
    this.assistance = new Assistance(studio);
    this.labelling = new Labelling(studio, this.pictures, () => void this.shown?.reveal());
    this.labelling.advances = () => {
      if (this.view === 'grid') return this.isLarge ? 'at-once' : 'seen';
      // On the map a group is labelled after another: the next picture may lie anywhere.
      return this.view === 'focus' && studio.settings.now.advance ? 'at-once' : 'not';
    };
  }

  /** Does the room know this action? */
  can(action: string): action is RoomAction {
    return Object.hasOwn(this.#do, action);
  }

  run(action: RoomAction): void {
    this.#do[action]();
  }

  obey(command: Command): void {
    this.labelling.arrive();
    if (command.do === 'back') this.back();
    else if (command.do === 'action') {
      if (this.can(command.action)) this.run(command.action);
    } else if (command.do === 'assign') {
      const label = this.labelling.at(command.place);
      if (label) void this.labelling.assign(label);
    } else {
      const how = this.view === 'focus' ? 'only' : command.how;
      this.#choose(this.shown?.stepTo(command.step) ?? 0, how);
      void this.shown?.reveal();
    }
  }

  /** One step back from what lies over the room. */
  close(): void {
    this.open = this.isLarge && this.open?.what !== 'large' ? { what: 'large' } : undefined;
  }

  /** Esc: a selection of many becomes one; then what was looked for goes, then the filter. */
  back(): void {
    const { selection, filter } = this.pictures;
    if (this.view === 'focus') this.view = 'grid';
    else if (selection.ids.size > 1) this.#choose(selection.cursor, 'only');
    else if (this.view === 'map') this.view = 'grid';
    else if (this.presented !== undefined) void this.apply(filter);
    else if (Object.keys(filter).length > 0) void this.apply({});
  }

  goTo(index: number): void {
    this.#choose(index, 'only');
    void this.shown?.reveal();
  }

  give(label: Label): void {
    this.close();
    void this.labelling.assign(label);
  }

  async createAndGive(name: string): Promise<void> {
    const label = await this.labelling.create(name);
    if (label) this.give(label);
  }

  /** Another view of the pictures: the cursor is in sight there, the focus stays where it is. */
  async apply(filter: ImageFilter, sort?: ImageSort): Promise<void> {
    this.presented = undefined;
    await this.pictures.apply(filter, sort);
    await this.shown?.show();
  }

  #over(what: 'filters' | 'history' | 'save-view'): void {
    this.open = { what };
  }

  #overPicture(what: 'find' | 'note'): void {
    if (this.pictures.cursorId !== undefined) this.open = { what, large: this.isLarge };
  }

  /** One undoable step. */
  acceptGroup(group: Group, imageIds: readonly number[]): void {
    this.close();
    this.assistance.putAside(group);
    const label = this.#studio.label(group.labelId);
    if (label) void this.labelling.assignThese(imageIds, label);
  }

  /** @param like pictures that are shown, or a file of the person's */
  async findSimilar(like: readonly number[] | File): Promise<void> {
    const name = like instanceof File ? like.name : this.#nameOf(like);
    const ids = await similarTo(this.#studio, like);
    if (ids) this.#present(ids, `Most like ${name} first`);
  }

  /** Goes to one picture, wherever it is. */
  async goToPicture(id: number): Promise<void> {
    this.close();
    if (!this.pictures.ids.includes(id)) await this.apply({});
    this.goTo(this.pictures.ids.indexOf(id));
  }

  async #findUseful(): Promise<void> {
    const answer = await this.#studio.ask('assist.next', { count: 200 });
    if (answer?.imageIds.length === 0) this.#studio.notices.info('Every picture has a label.');
    else if (answer) this.#present(answer.imageIds, 'Most useful to label first');
  }

  #present(ids: readonly number[], words: string): void {
    this.pictures.present(ids);
    this.presented = words;
    void this.shown?.reveal();
  }

  #nameOf(ids: readonly number[]): string {
    const [first] = ids;
    return ids.length > 1 || first === undefined
      ? 'the selected ones'
      : (this.pictures.image(first)?.name ?? 'this one');
  }

  #accept(): void {
    const { cursorId, selection } = this.pictures;
    const one = selection.ids.size <= 1 && cursorId !== undefined && this.suggestedFor(cursorId);
    if (one) void this.labelling.assign(one.label);
    else this.run('find');
  }

  /** The label proposed for a picture that has none. */
  suggestedFor(id: number): { readonly label: Label; readonly confidence: number } | undefined {
    if (this.pictures.labelOf(id) !== null) return undefined;
    const suggestion = this.assistance.of(id);
    const label = suggestion && this.#studio.label(suggestion.labelId);
    return label && { label, confidence: suggestion.confidence };
  }

  #choose(index: number, how: Parameters<typeof choose>[3]): void {
    this.pictures.selection = choose(this.pictures.ids, this.pictures.selection, index, how);
  }
}
