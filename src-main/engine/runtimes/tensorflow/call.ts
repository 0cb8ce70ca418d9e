/** One node of a graph as it is computed. */

import type { Graph, Node, Tensor } from '../../graph/graph.ts';
import type { Layout } from '../../graph/layout.ts';
import { type TensorFlow, type TfTensor, Value } from './value.ts';

/** What batch normalisations do with their running statistics. */
export type Renew = (name: string, next: TfTensor) => void;

interface Surroundings {
  /** The integers behind a value, where they are known here: a target shape, axes. */
  readonly integers: (name: string) => readonly number[] | undefined;
  /** What does not change while the graph is used. */
  readonly constants: Graph['initializers'];
  /** Where batch normalisations learn from the batch: takes the next running statistics. */
  readonly renew: Renew | undefined;
}

export class Call {
  readonly tf: TensorFlow;
  readonly node: Node;
  readonly inputs: readonly (Value | undefined)[];
  readonly renew: Renew | undefined;
  readonly #integers: Surroundings['integers'];
  readonly #constants: Surroundings['constants'];

  constructor(
    tf: TensorFlow,
    node: Node,
    inputs: readonly (Value | undefined)[],
    { integers, constants, renew }: Surroundings,
  ) {
    this.tf = tf;
    this.node = node;
    this.inputs = inputs;
    this.renew = renew;
    this.#integers = integers;
    this.#constants = constants;
  }

  /** The first input. */
  get x(): Value {
    return this.input(0);
  }

  input(at: number): Value {
    const value = this.inputs[at];
    if (!value) throw new Error(`${this.node.op} "${this.node.name}" lacks its input ${at}`);
    return value;
  }

  /** Undefined where the input is left out, or is computed from data. */
  integersAt = (at: number): readonly number[] | undefined => this.integers(this.node.inputs[at]);

  /** The same by name, as the rules for shapes ask. */
  integers = (name: string | undefined): readonly number[] | undefined =>
    name ? this.#integers(name) : undefined;

  /** The numbers of an input that is a constant of the graph. */
  constantAt = (at: number): Tensor | undefined => this.constant(this.node.inputs[at] ?? '');

  constant = (name: string): Tensor | undefined => this.#constants.get(name);

  value(tensor: TfTensor, layout: Layout = 'channels-first'): Value {
    return new Value(this.tf, tensor, layout);
  }
}

/** Computes a node. What it makes besides its results is given back by whoever runs it. */
export type Op = (call: Call) => Value | readonly Value[];

/** Where an axis of the graph's maps lies in N x H x W x C. */
export const lastAxis = (axis: number): number => [0, 3, 1, 2][axis]!;

/** The layout in which values go together, and each of them in it. */
export function beside(
  { tf }: Call,
  values: readonly Value[],
): { readonly tensors: readonly TfTensor[]; readonly layout: Layout } {
  const last = values.some(({ layout, rank }) => rank === 4 && layout === 'channels-last');
  if (!last) return { tensors: values.map(({ tensor }) => tensor), layout: 'channels-first' };
  const lifted = values.map((value) => {
    if (value.rank === 4) return value.as('channels-last');
    if (value.tensor.size === 1) return tf.reshape(value.tensor, []);
    const dims = [...Array<number>(4 - value.rank).fill(1), ...value.dims];
    return new Value(tf, tf.reshape(value.tensor, dims)).as('channels-last');
  });
  return { tensors: lifted, layout: 'channels-last' };
}

/** A tensor repeated to a shape, in a way whose gradient adds up again. */
export const repeated = (tf: TensorFlow, tensor: TfTensor, dims: readonly number[]): TfTensor =>
  tf.add(tensor, tf.zeros([...dims], tensor.dtype as 'float32'));
