/** Thumbnails for drawing: loaded a few at a time, and let go when others are wanted. */
import { type Loading, LoadingQueue } from '../../../pictures/loading.ts';

const kept = 600;

export class MapThumbnails {
  readonly #queue = new LoadingQueue(12);
  /** The one that was wanted last is at the end. */
  readonly #images = new Map<
    number,
    { readonly image: HTMLImageElement; readonly loading: Loading }
  >();
  readonly #source: (id: number) => string;
  readonly #arrived: () => void;

  /** @param arrived one more can be drawn */
  constructor(source: (id: number) => string, arrived: () => void) {
    this.#source = source;
    this.#arrived = arrived;
  }

  /** Ready to be drawn, or undefined while it is on its way. */
  get(id: number): HTMLImageElement | undefined {
    const there = this.#images.get(id);
    if (there) {
      this.#images.delete(id);
      this.#images.set(id, there);
      return there.image.complete && there.image.naturalWidth > 0 ? there.image : undefined;
    }
    const image = new Image();
    const loading = {
      start: () => {
        image.src = this.#source(id);
      },
    };
    const done = () => this.#queue.done(loading);
    image.onload = () => {
      done();
      this.#arrived();
    };
    image.onerror = done;
    this.#images.set(id, { image, loading });
    this.#queue.add(loading);
    this.#forget();
    return undefined;
  }

  #forget(): void {
    for (const [id, { loading }] of this.#images) {
      if (this.#images.size <= kept) return;
      this.#queue.done(loading);
      this.#images.delete(id);
    }
  }
}
