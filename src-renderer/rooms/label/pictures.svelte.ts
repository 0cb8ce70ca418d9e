import { SvelteMap } from 'svelte/reactivity';
import { bitAt } from '../../../src-shared/bits.ts';
import type { CallInput } from '../../../src-shared/contract.ts';
import type { Image, ImageFilter, ImageMarks, ImageSort } from '../../../src-shared/domain.ts';
import type { StudioState } from '../../state/studio.svelte.ts';
import { stillFits } from './filters/fits.ts';
import { carryOver, choose, nothing, type Selection } from './selection.ts';

/** How many ids `images.get` is asked for at once. */
const batch = 500;
/** Details kept for pictures that are out of sight. */
const kept = 2000;
/** Waiting a moment lets fast scrolling pass by without asking for every row. */
const settle = 30;

interface Gift {
  readonly labelId: number | null;
  /** The label as the studio has it. */
  confirmed: number | null;
}

/**
 * The pictures that the room shows: the ids in order, the details of those that were in sight, and the
 * selection. The order stays as it is until the filter is applied again, whatever is labelled meanwhile.
 */
export class Pictures {
  filter = $state.raw<ImageFilter>({});
  sort = $state.raw<ImageSort>('unlabelled-first');
  ids = $state.raw<readonly number[]>([]);
  /** False until the first answer. */
  loaded = $state(false);
  selection = $state.raw<Selection>(nothing);
  /** How many of the pictures that are shown no longer fit the filter, because of what was done to them since. */
  misfits = $state(0);

  readonly #studio: StudioState;
  readonly #details = new SvelteMap<number, Image>();
  /** Labels given here that the studio has not confirmed yet; the details have them already. */
  readonly #given = new Map<number, Gift>();
  readonly #current = new Set<number>();
  readonly #asked = new Set<number>();
  /** By id, 1: it waits for a label. */
  #waiting = new Uint8Array(0);
  readonly #misfits = new Set<number>();
  #wanted: readonly number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #query = 0;
  /** Ends when the list is in the order that was last asked for. */
  #applied: Promise<void> = Promise.resolve();
  #renewing = false;
  /** Are the pictures others than those of the filter? */
  #presented = false;
  #outdated = false;

  constructor(studio: StudioState) {
    this.#studio = studio;
  }

  /** Follows the studio's events; returns the function that stops that. */
  follow(): () => void {
    const stops = [
      this.#studio.on('images.changed', ({ turned }) => {
        // What is gone must not stay in sight.
        if (turned) void this.apply();
        else void this.renew();
      }),
      this.#studio.on('labels.assigned', ({ imageIds }) => {
        if (imageIds === null || imageIds.length > 2000) void this.renew();
        // What was given here is known, and the answer to it is on its way.
        else void this.#fetch(imageIds.filter((id) => !this.#given.has(id)));
      }),
      // Who has not begun yet gets the order that was asked for; who has keeps their place.
      this.#studio.on('import.finished', () => {
        if (this.selection.cursor > 0 || this.selection.ids.size > 1) return;
        this.selection = nothing;
        void this.apply();
      }),
      this.#studio.onReconnect(() => void this.renew()),
    ];
    return () => {
      clearTimeout(this.#timer);
      for (const stop of stops) stop();
    };
  }

  get cursorId(): number | undefined {
    return this.ids[this.selection.cursor];
  }

  image(id: number): Image | undefined {
    return this.#details.get(id);
  }

  /** The label as the person gave it, even before the studio has written it down. */
  labelOf(id: number): number | null {
    return this.#details.get(id)?.labelId ?? null;
  }

  isUnlabelled(id: number): boolean {
    return this.#waiting[id] === 1;
  }

  /** Asks anew with this filter and order. */
  apply(filter: ImageFilter = this.filter, sort: ImageSort = this.sort): Promise<void> {
    this.filter = filter;
    this.sort = sort;
    this.#presented = false;
    this.#applied = this.#apply();
    return this.#applied;
  }

  async #apply(): Promise<void> {
    const found = await this.#ask();
    if (!found) return;
    this.#misfits.clear();
    this.misfits = 0;
    this.#show(found);
  }

  /** Shows these and no others, the cursor on the first, until a filter is applied again. */
  present(ids: readonly number[]): void {
    this.#presented = true;
    this.#query++; // what was asked before is not wanted any more
    this.#misfits.clear();
    this.misfits = 0;
    this.selection = choose(ids, nothing, 0, 'only');
    this.ids = ids;
  }

  /**
   * Something changed elsewhere: what is shown stays where it is, what is new comes at the end. An import says
   * so many times a second; one question at a time is enough, and one more at the end.
   */
  async renew(): Promise<void> {
    this.#outdated = true;
    if (this.#renewing) return;
    this.#renewing = true;
    while (this.#outdated) {
      // Only the last question is heard: this one must not drown one for another order.
      await this.#applied;
      this.#outdated = false;
      this.#current.clear();
      const found = await this.#ask();
      if (!found) continue;
      const shown = new Set(this.ids);
      this.#count(found);
      this.#show(
        this.#presented ? this.ids : [...this.ids, ...found.filter((id) => !shown.has(id))],
      );
      this.#schedule();
    }
    this.#renewing = false;
  }

  /** Says which pictures are in sight; their details are fetched if they are not there yet. */
  want(ids: readonly number[]): void {
    this.#wanted = ids;
    if (ids.some((id) => !this.#current.has(id))) this.#schedule();
  }

  /** Gives a label (null takes it away) to these pictures: shown at once, true when the studio says so. */
  async assign(ids: readonly number[], labelId: number | null): Promise<boolean> {
    // First the disk: what is drawn meanwhile keeps nobody waiting.
    const saving = this.#studio.save('labels.assign', { imageIds: [...ids], labelId });
    const gifts = new Map<number, Gift>();
    for (const id of ids) {
      this.#note(id, labelId);
      const image = this.#details.get(id);
      if (!image) continue;
      const { confirmed } = this.#given.get(id) ?? { confirmed: image.labelId };
      gifts.set(id, { labelId, confirmed });
      this.#given.set(id, gifts.get(id)!);
      this.#details.set(id, { ...image, labelId });
    }
    const answer = await saving;
    for (const [id, gift] of gifts) {
      const latest = this.#given.get(id);
      if (latest === gift) {
        this.#given.delete(id);
        if (!answer) this.#relabel(id, gift.confirmed);
        // A later gift to the same picture is still on its way, and speaks for itself.
      } else if (answer && latest) latest.confirmed = labelId;
    }
    if (!answer) await this.renew();
    return answer !== undefined;
  }

  /** Marks these pictures; true when the studio has written it down. */
  async mark(ids: readonly number[], to: Partial<ImageMarks>): Promise<boolean> {
    const answer = await this.#studio.save('images.mark', { imageIds: [...ids], ...to });
    return answer !== undefined;
  }

  /** Labels by pile (null: none), as one step. */
  async sortIntoPiles(piles: CallInput<'labels.sort'>['piles']): Promise<boolean> {
    return (await this.#studio.save('labels.sort', { piles })) !== undefined;
  }

  async #ask(): Promise<readonly number[] | undefined> {
    const query = ++this.#query;
    const found = await this.#studio.ask('images.query', { filter: this.filter, sort: this.sort });
    // Typing in the filter asks again before the last answer has come.
    if (query !== this.#query || !found) return undefined;
    const { ids } = found;
    const waiting = Uint8Array.from(atob(found.waiting), (char) => char.charCodeAt(0));
    const room = ids.reduce((most, id) => Math.max(most, id), 0) + 1;
    this.#waiting = new Uint8Array(room);
    for (let place = 0; place < ids.length; place++)
      if (bitAt(waiting, place)) this.#waiting[ids[place]!] = 1;
    return ids;
  }

  #show(ids: readonly number[]): void {
    const kept = carryOver(this.ids, ids, this.selection);
    this.selection = kept.ids.size === 0 ? choose(ids, kept, kept.cursor, 'only') : kept;
    this.ids = ids;
    this.loaded = true;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const missing = this.#wanted.filter((id) => !this.#current.has(id) && !this.#asked.has(id));
      void this.#fetch(missing);
    }, settle);
  }

  async #fetch(ids: readonly number[]): Promise<void> {
    for (let start = 0; start < ids.length; start += batch) {
      const some = ids.slice(start, start + batch);
      for (const id of some) this.#asked.add(id);
      const answer = await this.#studio.ask('images.get', { ids: some });
      for (const id of some) this.#asked.delete(id);
      for (const image of answer?.images ?? []) this.#learn(image);
    }
    this.#forget();
  }

  #learn(image: Image): void {
    this.#current.add(image.id);
    const gift = this.#given.get(image.id);
    if (gift) {
      gift.confirmed = image.labelId;
      this.#details.set(image.id, { ...image, labelId: gift.labelId });
    } else {
      this.#details.set(image.id, image);
      this.#note(image.id, image.labelId);
    }
  }

  #relabel(id: number, labelId: number | null): void {
    this.#note(id, labelId);
    const image = this.#details.get(id);
    if (image) this.#details.set(id, { ...image, labelId });
  }

  #note(id: number, labelId: number | null): void {
    this.#waiting[id] = labelId === null ? 1 : 0;
    if (this.#presented) return;
    const image = this.#details.get(id);
    const fits = stillFits(this.filter, { ...image, labelId });
    if (fits === false) this.#misfits.add(id);
    else if (fits) this.#misfits.delete(id);
    this.misfits = this.#misfits.size;
  }

  /** @param found all that fit the filter, as the studio has it */
  #count(found: readonly number[]): void {
    this.#misfits.clear();
    if (!this.#presented) {
      const fits = new Set(found);
      for (const id of this.ids) if (!fits.has(id)) this.#misfits.add(id);
    }
    for (const [id, { labelId }] of this.#given) this.#note(id, labelId);
    this.misfits = this.#misfits.size;
  }

  #forget(): void {
    if (this.#details.size <= kept) return;
    const seen = new Set(this.#wanted);
    for (const id of this.#details.keys()) {
      if (this.#details.size <= kept / 2) return;
      if (seen.has(id) || this.#given.has(id)) continue;
      this.#details.delete(id);
      this.#current.delete(id);
    }
  }
}
