import type { StudioState } from '../state/studio.svelte.ts';
import { placeOn, sheetOf } from './sheet.ts';

/** How many are asked for at once, and lie on one sheet. */
const batch = 2000;

interface Sheet {
  readonly url: string;
  /** How many are on it. */
  readonly count: number;
  /** Holds it in the browser's memory: what no tile shows is thrown out otherwise, and blank when it is shown again. */
  readonly image: HTMLImageElement;
}

/**
 * What stands in a picture's place until its thumbnail has come. They are so small that those of the whole list
 * are fetched, the ones nearest to what is in sight first: 11 MB for 100,000 pictures, and no tile is ever blank.
 *
 * Each batch is one image, of which a tile shows its part: a canvas for every tile would cost more than all else that
 * scrolling does.
 */
export class Placeholders {
  readonly #studio: StudioState;
  /** By id: 0 unknown, -1 asked for, else 1 + its place among all that have come, `batch` to a sheet. */
  #places = new Int32Array(0);
  #sheets: Sheet[] = [];
  #ids: readonly number[] = [];
  #at = 0;
  #running = false;
  /** All of the list are here. */
  #complete = false;
  #project: string | undefined;
  /** Counts arrivals, for those who wait. */
  #arrived = $state(0);

  constructor(studio: StudioState) {
    this.#studio = studio;
  }

  /** The CSS background that shows it; undefined while it is not here. Reactive until it is. */
  of(id: number): string | undefined {
    const place = (this.#places[id] ?? 0) - 1;
    const sheet = this.#sheets[Math.floor(place / batch)];
    if (place < 0 || !sheet || this.#project !== this.#studio.projectPath) {
      void this.#arrived;
      return undefined;
    }
    return `url("${sheet.url}") ${placeOn(sheet.count, place % batch)}`;
  }

  /** Fetches those of this list, beginning at the place `at`. */
  want(ids: readonly number[], at: number): void {
    const project = this.#studio.projectPath;
    if (project !== this.#project) {
      this.#project = project;
      this.#places = new Int32Array(0);
      for (const { url } of this.#sheets) URL.revokeObjectURL(url);
      this.#sheets = [];
      this.#complete = false;
    }
    if (ids !== this.#ids) this.#complete = false;
    this.#ids = ids;
    this.#at = at;
    if (!this.#running && !this.#complete) void this.#fetch();
  }

  async #fetch(): Promise<void> {
    this.#running = true;
    try {
      for (let ids = this.#next(); ids.length > 0; ids = this.#next()) {
        const project = this.#project;
        for (const id of ids) this.#places[id] = -1;
        const { base64 } = await this.#studio.call('images.placeholders', { ids });
        const url = URL.createObjectURL(sheetOf(atob(base64)));
        // It is not shown before it can be shown at once.
        const image = new Image();
        image.src = url;
        await image.decode();
        if (project === this.#project) this.#learn(ids, { url, count: ids.length, image });
        else URL.revokeObjectURL(url);
      }
      this.#complete = true;
    } catch {
      // A lost connection, which has its own sign: those in question are asked for again another time.
      for (let id = 0; id < this.#places.length; id++)
        if (this.#places[id] === -1) this.#places[id] = 0;
    } finally {
      this.#running = false;
    }
  }

  /** The unknown ones of the first stretch that has any: what is in sight and after it, then what is before. */
  #next(): number[] {
    const count = this.#ids.length;
    const from = Math.max(0, Math.floor((this.#at - batch / 4) / (batch / 4))) * (batch / 4);
    const found: number[] = [];
    for (let step = 0; step < count && found.length < batch; step++) {
      const id = this.#ids[(from + step) % count]!;
      if (!this.#places[id]) found.push(id);
      // Not further than needed: what is in sight must not wait for the rest to be gathered.
      else if (found.length > 0 && step > batch) break;
    }
    if (found.length > 0) this.#makeRoom(found.reduce((most, id) => Math.max(most, id), 0));
    return found;
  }

  #makeRoom(id: number): void {
    if (id < this.#places.length) return;
    const places = new Int32Array(Math.max(id + 1, Math.ceil(this.#places.length * 1.5)));
    places.set(this.#places);
    this.#places = places;
  }

  #learn(ids: readonly number[], sheet: Sheet): void {
    const first = this.#sheets.length * batch + 1;
    this.#sheets.push(sheet);
    for (const [i, id] of ids.entries()) this.#places[id] = first + i;
    this.#arrived++;
  }
}
