/** What an architecture is to the rest of the engine: a graph whose boundaries between blocks are named. */
import type { Graph, Tensor } from '../graph/graph.ts';
import type { Preprocessing } from '../protocol.ts';

/** The input of every backbone's graph. */
export const imageInput = 'input';

/** A block and the value that leaves it; cutting after a block cuts at that value. */
export interface Block {
  readonly name: string;
  readonly output: string;
}

export interface Backbone {
  readonly name: string;
  /**
   * From one image input (`input`, N x 3 x S x S) to features (`features`, N x F): what remains of the
   * classifier once its last layer is taken off. Parameters are the initializers.
   */
  readonly graph: Graph;
  /** From the stem to the one whose output is `features`. */
  readonly blocks: readonly Block[];
  /** F. */
  readonly features: number;
  readonly preprocessing: Preprocessing;
}

/** Name and shape of every parameter that a weight file must hold, as the architecture names them. */
export type ParameterShapes = ReadonlyMap<string, readonly number[]>;

export interface Architecture {
  readonly name: string;
  /** Tells apart architectures of one name whose weights come from different makers. */
  readonly variant: string;
  readonly title: string;
  readonly inputSize: number;
  readonly blocks: readonly string[];
  /** Shape of what leaves each block, without the batch. */
  readonly blockShapes: readonly (readonly number[])[];
  readonly parameters: ParameterShapes;
  /** Beginnings of names in a weight file that belong to the part which is taken off. */
  readonly dropped: readonly string[];
  /** The layer of 1,000 classes that is taken off, as a weight file calls it; it reads the features. */
  readonly head?: string;
  /** Where it came from, and how many numbers of it training could change, when it was read from a file. */
  readonly source?: string;
  readonly learned?: number;
  /**
   * The operator that cannot be trained through when the first `frozen` blocks stay as they are; null when
   * all can, as is always so without this function.
   */
  obstacle?(frozen: number): string | null;
  /** Builds the graph around given weights; throws a StudioError that names missing or mis-shaped tensors. */
  build(weights: ReadonlyMap<string, Tensor>): Backbone;
}
