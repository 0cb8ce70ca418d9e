/**
 * Thumbnails load a few at a time, the one that came into sight last first, and not at all when they have left it
 * again: after a long scroll the pictures that are there come at once, and not after all that were passed by.
 */
export interface Loading {
  /** Begins to load: gives the element its source. */
  readonly start: () => void;
}

/** What is in sight for less than this is passed by. */
const glanceMs = 50;
/** When nothing has come for so long, the list rests; what comes then comes together, and is no scrolling. */
const restMs = 250;
const togetherMs = 20;

export class LoadingQueue {
  readonly #atOnce: number;
  readonly #waiting: { readonly loading: Loading; readonly due: number }[] = [];
  readonly #running = new Set<Loading>();
  #scheduled = false;
  #lastCame = Number.NEGATIVE_INFINITY;
  #roused = Number.NEGATIVE_INFINITY;
  readonly #later: (work: () => void) => void;
  readonly #now: () => number;

  /** @param later runs the work soon, when all that came into sight together has said so */
  constructor(
    atOnce: number,
    later: (work: () => void) => void = (work) => requestAnimationFrame(work),
    now: () => number = () => performance.now(),
  ) {
    this.#atOnce = atOnce;
    this.#later = later;
    this.#now = now;
  }

  add(loading: Loading): void {
    const now = this.#now();
    if (now - this.#lastCame > restMs) this.#roused = now;
    this.#lastCame = now;
    const due = now - this.#roused <= togetherMs ? now : now + glanceMs;
    this.#waiting.push({ loading, due });
    this.#soon();
  }

  /** It has loaded, failed or left the page. */
  done(loading: Loading): void {
    if (this.#running.delete(loading)) this.#soon();
    else {
      const at = this.#waiting.findLastIndex((one) => one.loading === loading);
      if (at >= 0) this.#waiting.splice(at, 1);
    }
  }

  #soon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#later(() => {
      this.#scheduled = false;
      const now = this.#now();
      while (this.#running.size < this.#atOnce) {
        const at = this.#waiting.findLastIndex(({ due }) => due <= now);
        if (at < 0) break;
        const [next] = this.#waiting.splice(at, 1);
        this.#running.add(next!.loading);
        next!.loading.start();
      }
      if (this.#waiting.length > 0 && this.#running.size < this.#atOnce) this.#soon();
    });
  }
}
