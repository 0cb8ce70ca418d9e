import type { StudioState } from '../state/studio.svelte.ts';

/** As the contract says: 4 x 4 RGB. */
export const side = 4;
const bytesEach = 3 * side ** 2;
/** How many are asked for at once. */
const batch = 2000;

/**
 * What stands in a picture's place until its thumbnail has come. They are so small that those of the whole list
 * are fetched, the ones nearest to what is in sight first: 5 MB for 100,000 pictures, and no tile is ever blank.
 */
export class Placeholders {
  readonly #studio: StudioState;
  /** By id, `bytesEach` for each. */
  #pixels = new Uint8Array(0);
  /** By id: has it been asked for? */
  #known = new Uint8Array(0);
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

  /** RGB of 4 x 4 pixels; undefined while it is not here. Reactive until it is. */
  of(id: number): Uint8Array | undefined {
    if (this.#known[id] !== 2 || this.#project !== this.#studio.project?.path) {
      void this.#arrived;
      return undefined;
    }
    return this.#pixels.subarray(id * bytesEach, (id + 1) * bytesEach);
  }

  /** Fetches those of this list, beginning at the place `at`. */
  want(ids: readonly number[], at: number): void {
    const project = this.#studio.project?.path;
    if (project !== this.#project) {
      this.#project = project;
      this.#known = new Uint8Array(0);
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
        for (const id of ids) this.#known[id] = 1;
        const { base64 } = await this.#studio.call('images.placeholders', { ids });
        if (project === this.#project) this.#learn(ids, base64);
      }
      this.#complete = true;
    } catch {
      // A lost connection, which has its own sign: those in question are asked for again another time.
      for (let id = 0; id < this.#known.length; id++)
        if (this.#known[id] === 1) this.#known[id] = 0;
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
      if (!this.#known[id]) found.push(id);
      // Not further than needed: what is in sight must not wait for the rest to be gathered.
      else if (found.length > 0 && step > batch) break;
    }
    if (found.length > 0) this.#makeRoom(found.reduce((most, id) => Math.max(most, id), 0));
    return found;
  }

  #makeRoom(id: number): void {
    if (id < this.#known.length) return;
    const room = Math.max(id + 1, Math.ceil(this.#known.length * 1.5));
    const pixels = new Uint8Array(room * bytesEach);
    const known = new Uint8Array(room);
    pixels.set(this.#pixels.subarray(0, this.#known.length * bytesEach));
    known.set(this.#known);
    this.#pixels = pixels;
    this.#known = known;
  }

  #learn(ids: readonly number[], base64: string): void {
    const binary = atob(base64);
    for (const [i, id] of ids.entries()) {
      for (let at = 0; at < bytesEach; at++)
        this.#pixels[id * bytesEach + at] = binary.charCodeAt(i * bytesEach + at);
      this.#known[id] = 2;
    }
    this.#arrived++;
  }
}

/** Draws a placeholder on a canvas of 4 x 4 pixels, which the page scales up softly. */
export function draw(canvas: HTMLCanvasElement, rgb: Uint8Array): void {
  const image = new ImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    image.data[4 * i] = rgb[3 * i]!;
    image.data[4 * i + 1] = rgb[3 * i + 1]!;
    image.data[4 * i + 2] = rgb[3 * i + 2]!;
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext('2d', { willReadFrequently: true })?.putImageData(image, 0, 0);
}
