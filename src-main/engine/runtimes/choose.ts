/** Which runtime computes a training, and what is to be said of it. */
import { availableParallelism } from 'node:os';
import { toErrorReply } from '../../../src-shared/errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { TrainJob } from '../protocol.ts';
import { onDevice } from './onnxruntime.ts';
import type { Runtime } from './runtime.ts';
import { loadTensorflow } from './tensorflow/library.ts';
import { obstacleIn } from './tensorflow/ops/table.ts';
import { tensorflow } from './tensorflow/tensorflow.ts';

export interface Chosen {
  readonly runtime: Runtime;
  /** A sentence for the run; null where there is nothing to say. */
  readonly note: string | null;
}

/** ONNX Runtime wherever the other one is not there, or lacks an operator of the network. */
export async function runtimeFor(
  { runtime, device = 'cpu' }: Pick<TrainJob, 'runtime' | 'device'>,
  network: Graph,
): Promise<Chosen> {
  const usual = onDevice(device);
  if (runtime !== 'tensorflow') return { runtime: usual, note: null };
  const instead = (why: string): Chosen => ({
    runtime: usual,
    note: `${why} It was trained with ONNX Runtime instead.`,
  });
  const obstacle = obstacleIn(network);
  if (obstacle) return instead(`TensorFlow cannot train this network: ${obstacle}.`);
  try {
    const { tf, version, usesGpu } = await loadTensorflow({ threads: availableParallelism() });
    const where = usesGpu ? 'the GPU (CUDA)' : 'the processor';
    return { runtime: tensorflow(tf), note: `Computed with TensorFlow ${version} on ${where}.` };
  } catch (error) {
    return instead(toErrorReply(error).message);
  }
}
