/** What can run a graph. The rest of the engine knows no library by name. */
import type { Tensor, ValueInfo } from '../graph/graph.ts';

export interface SessionOptions {
  /** Threads inside one operator; the runtime's own choice when absent. */
  readonly threads?: number;
  readonly device?: 'cpu' | 'webgpu';
}

export type Tensors = Readonly<Record<string, Tensor>>;

export interface Session {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /**
   * Runs the graph once. Arrays are handed over and back without copying, so a result may be fed again.
   *
   * @param fetches names of the outputs that are wanted; all of them when absent.
   * @param into tensors that take the outputs of the same name: their arrays are written in place and
   *   nothing is allocated. None may share memory with a feed.
   */
  run(feeds: Tensors, fetches?: readonly string[], into?: Tensors): Promise<Record<string, Tensor>>;
  close(): Promise<void>;
}

export interface Runtime {
  readonly name: string;
  /** @param model a serialised ONNX model. Throws a StudioError when the runtime refuses it. */
  open(model: Uint8Array, options?: SessionOptions): Promise<Session>;
}
