/** Tensors that a graph takes and gives anew, run after run. */
import { next } from '../autodiff/step.ts';
import type { Tensors } from '../runtimes/runtime.ts';

export class Carried {
  #now: Tensors;
  /** Where the next run writes: two sets take turns, and no run allocates any. */
  #spare: Tensors = {};
  /** The first values belong to whoever gave them, and are not written to. */
  #borrowed = true;

  constructor(initial: Tensors) {
    this.#now = initial;
  }

  /** As they are until the run after the next. */
  get now(): Tensors {
    return this.#now;
  }

  /** Names of the outputs that give them anew. */
  get outputs(): readonly string[] {
    return Object.keys(this.#now).map(next);
  }

  /** Where these outputs go; whatever is not in it is allocated. */
  get into(): Tensors {
    return Object.fromEntries(Object.entries(this.#spare).map(([name, to]) => [next(name), to]));
  }

  /** Goes on from these instead: some others of the same names. */
  restore(from: Tensors): void {
    this.#now = Object.fromEntries(
      Object.keys(this.#now).map((name) => {
        const tensor = from[name];
        if (!tensor) throw new Error(`${name} is missing from what was kept`);
        return [name, tensor];
      }),
    );
    this.#spare = {};
    this.#borrowed = true;
  }

  /** Takes the results of a run. */
  turn(results: Tensors): void {
    this.#spare = this.#borrowed ? {} : this.#now;
    this.#borrowed = false;
    this.#now = Object.fromEntries(
      Object.keys(this.#now).map((name) => [name, results[next(name)]!]),
    );
  }
}
