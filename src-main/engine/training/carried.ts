/** Tensors that a graph takes and gives anew, run after run. */
import { next } from '../autodiff/step.ts';
import type { Tensor } from '../graph/graph.ts';
import { float32 } from '../graph/tensor.ts';
import { isHere, type Session, type Tensors, type Values } from '../runtimes/runtime.ts';
import { release } from '../runtimes/transfer.ts';

export class Carried {
  #now: Values;
  /** Where the next run writes: two sets take turns, and no run allocates any. */
  #spare: Tensors = {};
  /** The first values belong to whoever gave them, and are not written to. */
  #borrowed = true;

  constructor(initial: Values) {
    this.#now = initial;
  }

  /** As they are until the run after the next. */
  get now(): Values {
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
  restore(from: Values): void {
    const before = this.#now;
    this.#now = Object.fromEntries(
      Object.keys(this.#now).map((name) => {
        const tensor = from[name];
        if (!tensor) throw new Error(`${name} is missing from what was kept`);
        return [name, tensor];
      }),
    );
    if (!this.#borrowed) release(before);
    this.#spare = {};
    this.#borrowed = true;
  }

  /** Takes the results of a run. */
  turn(results: Values): void {
    this.#spare = {};
    if (!this.#borrowed) {
      // Arrays are written to again; what lies on a device is made anew by every run.
      release(this.#now);
      this.#spare = Object.fromEntries(
        Object.entries(this.#now).flatMap(([name, value]) =>
          isHere(value) ? [[name, value]] : [],
        ),
      );
    }
    this.#borrowed = false;
    this.#now = Object.fromEntries(
      Object.keys(this.#now).map((name) => [name, results[next(name)]!]),
    );
  }

  /** Gives the results of a run back that are not to be taken. */
  leave(results: Values): void {
    release(Object.fromEntries(this.outputs.map((name) => [name, results[name]!])));
  }

  /** What lies on a device is given back. */
  close(): void {
    if (!this.#borrowed) release(this.#now);
  }
}

/**
 * Runs a graph and takes over what it gives anew, where `takes` does not say otherwise; answers the scalars that are
 * asked for.
 */
export async function runCarried(
  session: Session,
  feeds: Values,
  carried: readonly Carried[],
  scalars: readonly string[],
  takes: (found: Readonly<Record<string, number>>) => boolean = () => true,
): Promise<Readonly<Record<string, number>>> {
  const places = scalars.map((name) => [name, float32([], new Float32Array(1))] as const);
  const results = await session.runThere(
    Object.assign({}, feeds, ...carried.map(({ now }) => now)),
    [...scalars, ...carried.flatMap(({ outputs }) => outputs)],
    Object.assign(Object.fromEntries(places), ...carried.map(({ into }) => into)),
  );
  const found = Object.fromEntries(
    scalars.map((name) => [name, Number((results[name] as Tensor).data[0])]),
  );
  if (takes(found)) for (const each of carried) each.turn(results);
  else for (const each of carried) each.leave(results);
  return found;
}
