/** How long the features of a picture take on this machine, exact and in 8 bits. */
import { availableParallelism } from 'node:os';
import { loadPixels } from '../../images/pixels.ts';
import { quickForward } from '../autodiff/quick-forward.ts';
import { loadBackbone } from '../backbones/weight-file.ts';
import { foldBatchNorm } from '../graph/fold-batch-norm.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import type { MeasureJob, MeasureResult } from '../protocol.ts';
import { batchesOf } from '../quantise/pictures.ts';
import { quantise } from '../quantise/quantise.ts';
import { calibrate } from '../quantise/ranges.ts';
import { schemeOf } from '../quantise/scheme.ts';
import { frozenPart } from '../recipes/frozen.ts';
import { plan } from '../recipes/plan.ts';
import { onnxruntime as runtime } from '../runtimes/onnxruntime.ts';
import type { JobContext } from './job.ts';

/** The best of so many: what else runs only makes it slower. */
const repeats = 3;
/** It matters for sets of such a size. */
const manyPictures = 1000;

/**
 * @returns null where nothing is frozen. All layers are quantised, which is the fastest that can come out; how
 * well does not matter to how fast.
 */
export async function measure(
  { backbone: file, recipe, settings, pictures }: MeasureJob,
  { signal }: JobContext,
): Promise<MeasureResult | null> {
  const backbone = await loadBackbone(file);
  const trunk = frozenPart(backbone, plan(recipe, settings, backbone));
  if (!trunk) return null;
  const { preprocessing } = backbone;
  const load = () => Promise.all(pictures.map((path) => loadPixels(path, preprocessing)));
  await load(); // so that the files are in the system's memory, as after a first look
  const began = performance.now();
  const pixels = await load();
  const decode = (performance.now() - began) / 1000 / pictures.length;
  const { size } = preprocessing;
  const some = { dims: [3, size, size], pixels };

  const folded = foldBatchNorm(trunk);
  const scheme = schemeOf(folded, 'none');
  const values = [...scheme.values].filter((value) => !scheme.sameAs.has(value));
  const { minMax } = await calibrate(runtime, folded, values, some, signal);
  const [batch] = batchesOf(some);
  const exact = await secondsEach(quickForward(trunk, manyPictures), batch!, signal);
  const fast = await secondsEach(quantise(folded, scheme, minMax, 127), batch!, signal);
  return { decode, exact, fast };
}

async function secondsEach(graph: Graph, batch: Tensor, signal: AbortSignal): Promise<number> {
  const session = await runtime.open(graph, { threads: availableParallelism() });
  try {
    const feed = { [graph.inputs[0]!.name]: batch };
    await session.run(feed);
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < repeats; i++) {
      signal.throwIfAborted();
      const began = performance.now();
      await session.run(feed);
      best = Math.min(best, performance.now() - began);
    }
    return best / 1000 / batch.dims[0]!;
  } finally {
    await session.close();
  }
}
