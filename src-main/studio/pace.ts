/** How far something is and how long it will take, told often enough and not too often. */
const leastMs = 150;
/** The speed is that of the last seconds: what is skipped at the start says nothing about the rest. */
const windowMs = 8000;

export class Pace {
  readonly #tell: (done: number, total: number | null, secondsLeft: number | null) => void;
  #marks: { readonly at: number; readonly done: number }[] = [];
  #lastTold = -leastMs;
  #now: { readonly done: number; readonly total: number | null } = { done: 0, total: null };

  constructor(tell: (done: number, total: number | null, secondsLeft: number | null) => void) {
    this.#tell = tell;
  }

  /** `total` is null while it is unknown. The first report and those that change the total are always told. */
  report(done: number, total: number | null): void {
    const at = performance.now();
    const changed = total !== this.#now.total;
    this.#now = { done, total };
    if (!changed && at - this.#lastTold < leastMs) return;
    this.#marks = [...this.#marks.filter((mark) => at - mark.at < windowMs), { at, done }];
    this.#say(at);
  }

  /** Tells the last report, if it was not told. */
  finish(): void {
    this.#say(performance.now());
  }

  #say(at: number): void {
    this.#lastTold = at;
    const { done, total } = this.#now;
    this.#tell(done, total, this.#secondsLeft());
  }

  #secondsLeft(): number | null {
    const { done, total } = this.#now;
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    if (total === null || !first || !last) return null;
    if (done >= total) return 0;
    const seconds = (last.at - first.at) / 1000;
    const perSecond = (last.done - first.done) / seconds;
    return seconds >= 1 && perSecond > 0 ? (total - done) / perSecond : null;
  }
}
