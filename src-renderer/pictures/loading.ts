/**
 * Thumbnails load a few at a time, the one that came into sight last first, and not at all when they have left it
 * again: after a long scroll the pictures that are there come at once, and not after all that were passed by.
 */
export interface Loading {
  /** Begins to load: gives the element its source. */
  readonly start: () => void;
}

export class LoadingQueue {
  readonly #atOnce: number;
  readonly #waiting: Loading[] = [];
  readonly #running = new Set<Loading>();
  #scheduled = false;
  readonly #later: (work: () => void) => void;

  /** @param later runs the work soon, when all that came into sight together has said so */
  constructor(
    atOnce: number,
    later: (work: () => void) => void = (work) => requestAnimationFrame(work),
  ) {
    this.#atOnce = atOnce;
    this.#later = later;
  }

  add(loading: Loading): void {
    this.#waiting.push(loading);
    this.#soon();
  }

  /** It has loaded, failed or left the page. */
  done(loading: Loading): void {
    if (this.#running.delete(loading)) this.#soon();
    else {
      const at = this.#waiting.lastIndexOf(loading);
      if (at >= 0) this.#waiting.splice(at, 1);
    }
  }

  #soon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#later(() => {
      this.#scheduled = false;
      while (this.#running.size < this.#atOnce) {
        const next = this.#waiting.pop();
        if (!next) return;
        this.#running.add(next);
        next.start();
      }
    });
  }
}
