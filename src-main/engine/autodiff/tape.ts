/**
 * The training step as it is being written: the forward pass is recorded operator by operator, then the
 * gradients run back over the record (reverse-mode differentiation).
 */
import { StudioError } from '../../../src-shared/errors.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Node, Tensor } from '../graph/graph.ts';
import { type Layout, laidDims, permutation } from '../graph/layout.ts';
import type { Dims, Shapes } from '../graph/shapes.ts';

/** A value of the step that stands for one of the forward graph, or for the gradient of one. */
export interface Value {
  /** In the step. */
  readonly name: string;
  /** In the forward graph's terms, whatever the layout: maps are N x C x H x W. */
  readonly dims: Dims;
  readonly layout: Layout;
}

/** Adds the gradients of a node's inputs, given the gradient of its output. */
export type Backward = (gradient: Value) => void;
/** Writes a node's forward pass, defines its output, and answers how the gradient goes back. */
export type Rule = (tape: Tape, node: Node) => Backward;

export class Tape {
  /** The step graph. */
  readonly g: GraphBuilder;
  /** Will its products be computed in half precision? */
  readonly half: boolean;
  readonly #forward: Graph;
  readonly #shapes: Shapes;
  readonly #needed = new Set<string>();
  readonly #values = new Map<string, Value>();
  /** Of each value that was turned, its names in all layouts. */
  readonly #turned = new Map<string, Map<Layout, string>>();
  readonly #gradients = new Map<string, Value>();
  readonly #renewed = new Map<string, string>();

  constructor(g: GraphBuilder, forward: Graph, shapes: Shapes, { half = false } = {}) {
    this.g = g;
    this.half = half;
    this.#forward = forward;
    this.#shapes = shapes;
  }

  /** The shape of a value. */
  dims(name: string): Dims {
    const dims = this.#shapes.get(name) ?? this.#values.get(name)?.dims;
    if (!dims) throw new Error(`the forward graph has no value "${name}"`);
    return dims;
  }

  /** Records what a value of the forward graph is called in the step. */
  define(name: string, inStep: string, layout: Layout = 'channels-first'): void {
    this.#values.set(name, { name: inStep, dims: this.dims(name), layout });
  }

  /** Takes in a value that the forward graph has not, under a name of its own, which it answers. */
  introduce(name: string, value: Value): string {
    this.#values.set(name, value);
    return name;
  }

  value(name: string): Value {
    const known = this.#values.get(name);
    if (known) return known;
    const tensor = this.#forward.initializers.get(name);
    if (!tensor) throw new Error(`"${name}" is read before it is made`);
    this.define(name, this.g.initializer(this.g.fresh(name), tensor));
    return this.value(name);
  }

  /** The value's name in the step, in the layout in which it is wanted. */
  read(name: string, layout: Layout = 'channels-first'): string {
    return this.lay(this.value(name), layout);
  }

  /** A value's name in another layout; turned at most once. */
  lay(value: Value, layout: Layout): string {
    if (value.layout === layout || value.dims.length !== 4) return value.name;
    const key = (name: string, lies: Layout) => `${lies} ${name}`;
    const names =
      this.#turned.get(key(value.name, value.layout)) ?? new Map([[value.layout, value.name]]);
    const known = names.get(layout);
    if (known !== undefined) return known;
    const turned = this.#turn(value, layout);
    names.set(layout, turned);
    for (const [lies, name] of names) this.#turned.set(key(name, lies), names);
    return turned;
  }

  #turn({ name, dims, layout: from }: Value, to: Layout): string {
    const [, channels, height, width] = dims as readonly number[];
    const whole = laidDims([-1, channels!, height!, width!], 'channels-first', to);
    const between = [from, to];
    if (!between.includes('taps-first') && height === 1 && width === 1) {
      return this.reshape(name, whole);
    }
    if (!between.includes('pixels-first')) {
      return this.g.node('Transpose', [name], { perm: permutation(from, to) });
    }
    // The runtime is quick where one axis moves only: rows and columns of a map are one, then.
    const pixels = height! * width!;
    const [flat, perm] = between.includes('channels-last')
      ? [from === 'pixels-first' ? [pixels, -1, channels!] : [-1, pixels, channels!], [1, 0, 2]]
      : [from === 'pixels-first' ? [pixels, -1] : [-1, pixels], [1, 0]];
    return this.reshape(this.g.node('Transpose', [this.reshape(name, flat)], { perm }), whole);
  }

  reshape(name: string, dims: readonly number[]): string {
    return this.g.node('Reshape', [name, this.g.constant(dims, 'int64')]);
  }

  /** The tensor behind a value that does not change while training; undefined for any other. */
  frozen(name: string): Tensor | undefined {
    return this.#needed.has(name) ? undefined : this.#forward.initializers.get(name);
  }

  /** Marks a value as one on the way from a trained parameter to the loss. */
  need(name: string): void {
    this.#needed.add(name);
  }

  needs(name: string | undefined): boolean {
    return name !== undefined && this.#needed.has(name);
  }

  /**
   * Adds a gradient of the forward graph's value of this name; ignored when no one needs it.
   * `make` is called only when it is needed, so that nothing is computed in vain.
   */
  flow(name: string, make: () => Pick<Value, 'name' | 'layout'>): void {
    if (!this.needs(name)) return;
    const gradient = { ...make(), dims: this.dims(name) };
    const before = this.#gradients.get(name);
    const sum = before && this.g.node('Add', [before.name, this.lay(gradient, before.layout)]);
    this.#gradients.set(name, before ? { ...before, name: sum! } : gradient);
  }

  /** Records what a running statistic (a slot) is after this step. */
  renew(name: string, inStep: string): void {
    this.#renewed.set(name, inStep);
  }

  renewed(name: string): string {
    const inStep = this.#renewed.get(name);
    if (inStep === undefined) throw new Error(`nothing renews "${name}"`);
    return inStep;
  }

  /** The gradient of the loss with respect to a value: whole once all its readers have run back. */
  gradient(name: string): Value | undefined {
    return this.#gradients.get(name);
  }
}

/** Why a node cannot be trained through, for the person who asked for it. */
export function refusal(node: Node, why: string): StudioError {
  return new StudioError(
    'refused',
    `The operator ${node.op} ("${node.name}") ${why} and cannot be trained through: adapt fewer blocks.`,
  );
}

/** A shape for Reshape: the free batch is what is left over. */
export function target(dims: Dims): number[] {
  return dims.map((dim) => (typeof dim === 'number' ? dim : -1));
}

/** Wraps a gradient that lies as the forward graph says. */
export function plain(name: string): Pick<Value, 'name' | 'layout'> {
  return { name, layout: 'channels-first' };
}
