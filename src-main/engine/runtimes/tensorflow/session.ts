/** Running a graph on TensorFlow.js, behind the interface that all runtimes share. */
import { StudioError } from '../../../../src-shared/errors.ts';
import { foldBatchNorm } from '../../graph/fold-batch-norm.ts';
import type { Graph, Tensor } from '../../graph/graph.ts';
import {
  allHere,
  type DeviceTensor,
  isHere,
  type Session,
  type SessionOptions,
  type Tensors,
  type Values,
} from '../runtime.ts';
import { computing } from './failure.ts';
import { type Given, Interpreter } from './interpreter.ts';
import { obstacleIn } from './ops/table.ts';
import { fromTf, toTf } from './tensors.ts';
import { type TensorFlow, type TfTensor, Value } from './value.ts';

/** @throws StudioError that names an operator which TensorFlow cannot compute here */
export function openSession(
  tf: TensorFlow,
  whole: Graph,
  { stays = [] }: SessionOptions = {},
): Session {
  const obstacle = obstacleIn(whole);
  if (obstacle)
    throw new StudioError('refused', `TensorFlow cannot run this network: ${obstacle}.`);
  const graph = foldBatchNorm(whole);
  const interpreter = new Interpreter(tf, graph);
  const staying = new Set(stays);

  const given = (feeds: Values): Given =>
    Object.fromEntries(
      graph.inputs.map(({ name }) => {
        const feed = feeds[name];
        if (!feed) throw new Error(`the input "${name}" is missing`);
        return [name, isHere(feed) ? new Value(tf, toTf(tf, feed)) : (feed.handle as Value)];
      }),
    );

  /** All of them new: what was fed is nobody's to give away. */
  const computed = (feeds: Values, fetches: readonly string[]): Record<string, TfTensor> =>
    tf.tidy(() => {
      const values = interpreter.run(given(feeds), fetches);
      return Object.fromEntries(
        fetches.map((name) => [name, tf.clone(values[name]!.as('channels-first'))]),
      );
    });

  const runThere: Session['runThere'] = async (
    feeds,
    fetches = graph.outputs.map(({ name }) => name),
    into: Tensors = {},
  ) => {
    const tensors = computing(() => computed(feeds, fetches));
    const results = Object.entries(tensors).map(async ([name, tensor]) => {
      if (staying.has(name)) return [name, there(tf, tensor)] as const;
      const result = await fromTf(tensor);
      tensor.dispose();
      return [name, into[name] ? written(result, into[name]) : result] as const;
    });
    return Object.fromEntries(await Promise.all(results));
  };

  return {
    inputs: graph.inputs,
    outputs: graph.outputs,
    runThere,
    run: async (feeds, fetches, into) => allHere(await runThere(feeds, fetches, into)),
    async close() {
      interpreter.dispose();
    },
  };
}

function there(tf: TensorFlow, tensor: TfTensor): DeviceTensor {
  const handle = new Value(tf, tensor, 'channels-first', { kept: true });
  return { type: 'float32', dims: tensor.shape, handle, release: () => handle.dispose() };
}

function written({ data }: Tensor, to: Tensor): Tensor {
  (to.data as Float32Array).set(data as Float32Array);
  return to;
}
