/** Which of the pictures that a network was trained on it sees as the nearest to another one. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { loadPixels } from '../../images/pixels.ts';
import { upTo } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import { head } from '../graph/head.ts';
import { decodeModel } from '../graph/onnx.ts';
import { inferShapes } from '../graph/shapes.ts';
import { float32 } from '../graph/tensor.ts';
import { KeptOpen, modelKey } from '../model/kept-open.ts';
import { describedBy, modelInput, rawPixels } from '../model/model-file.ts';
import { nearestOf, readTrainFeatures, type TrainFeatures } from '../model/train-features.ts';
import type { NearestJob, NearestResult } from '../protocol.ts';
import { onnxruntime } from '../runtimes/onnxruntime.ts';
import type { Session } from '../runtimes/runtime.ts';

interface Open {
  readonly session: Session;
  readonly size: number;
  readonly trained: TrainFeatures;
}

const kept = new KeptOpen<Open>();

export async function nearest(job: NearestJob): Promise<NearestResult> {
  const { model, features, file, count, except } = job;
  return kept.use(
    await modelKey(model),
    () => open(model, features),
    async ({ session, size, trained }) => {
      const pixels = await loadPixels(file, rawPixels(size));
      const results = await session.run({ [modelInput]: float32([1, 3, size, size], pixels) });
      const [own] = Object.values(results);
      return { near: nearestOf(trained, own!.data as Float32Array, count, except) };
    },
  );
}

async function open(model: string, features: string): Promise<Open> {
  const trained = await readTrainFeatures(features);
  const graph = decodeModel(await readFile(model));
  const { size } = describedBy(graph, model);
  const network = upTo(graph, [headInput(graph)]);
  const session = await onnxruntime.open(network, { threads: availableParallelism() });
  return { session, size, trained };
}

/** What the last layer sees. */
function headInput(graph: Graph): Graph['outputs'][number] {
  const name = graph.nodes.find((node) => node.name === head.dropout)!.inputs[0]!;
  return { name, type: 'float32', dims: inferShapes(graph).get(name)! };
}
