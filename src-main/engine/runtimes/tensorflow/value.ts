/** Values of a graph as TensorFlow.js holds them. */
import type * as tfjs from '@tensorflow/tfjs';
import { type Layout, laidDims, permutation } from '../../graph/layout.ts';

/** The library, whichever of its packages computes. */
export type TensorFlow = typeof tfjs;
export type TfTensor = tfjs.Tensor;

/**
 * A tensor, and how it lies: maps stay N x H x W x C from one operator to the next, and kernels
 * H x W x I x O, as TensorFlow wants both. Turned to another layout at most once.
 */
export class Value {
  readonly tensor: TfTensor;
  readonly layout: Layout;
  readonly #tf: TensorFlow;
  readonly #turned = new Map<Layout, TfTensor>();
  /** Outlives the scope in which it is used. */
  readonly #kept: boolean;

  constructor(
    tf: TensorFlow,
    tensor: TfTensor,
    layout: Layout = 'channels-first',
    { kept = false } = {},
  ) {
    this.#tf = tf;
    this.tensor = tensor;
    this.layout = layout;
    this.#kept = kept;
    if (kept) tf.keep(tensor);
  }

  get rank(): number {
    return this.tensor.shape.length;
  }

  /** In the graph's terms, whatever the layout: maps are N x C x H x W. */
  get dims(): readonly number[] {
    return this.rank === 4
      ? laidDims(this.tensor.shape, this.layout, 'channels-first')
      : this.tensor.shape;
  }

  as(layout: Layout): TfTensor {
    if (layout === this.layout || this.rank !== 4) return this.tensor;
    const known = this.#turned.get(layout);
    if (known) return known;
    const turned = this.#tf.transpose(this.tensor, permutation(this.layout, layout));
    this.#turned.set(layout, this.#kept ? this.#tf.keep(turned) : turned);
    return turned;
  }

  /** Another tensor of the same layout. */
  like(tensor: TfTensor): Value {
    return new Value(this.#tf, tensor, this.layout);
  }

  dispose(): void {
    this.tensor.dispose();
    for (const turned of this.#turned.values()) turned.dispose();
    this.#turned.clear();
  }
}
