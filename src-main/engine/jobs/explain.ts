/** Where in a picture a trained network found what speaks for a class. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Explanation } from '../../../src-shared/domain.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import { loadPixels } from '../../images/pixels.ts';
import { explained, gradientGraph } from '../autodiff/input-gradient.ts';
import { gradCam } from '../explain/grad-cam.ts';
import { ancestors } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import { head } from '../graph/head.ts';
import { decodeModel } from '../graph/onnx.ts';
import { inferShapes } from '../graph/shapes.ts';
import { float32 } from '../graph/tensor.ts';
import { KeptOpen, modelKey } from '../model/kept-open.ts';
import { describedBy, modelBlocks, modelInput, rawPixels } from '../model/model-file.ts';
import type { ExplainJob } from '../protocol.ts';
import { onnxruntime } from '../runtimes/onnxruntime.ts';
import type { Session } from '../runtimes/runtime.ts';
import { argmax, softmax } from '../training/classification.ts';

/** A block whose output has places: C x H x W. */
interface MapBlock {
  readonly name: string;
  readonly output: string;
  readonly dims: readonly [number, number, number];
}

interface Open {
  readonly session: Session;
  readonly classes: readonly string[];
  readonly size: number;
  readonly temperature: number;
  readonly block: MapBlock;
  readonly blocks: readonly MapBlock[];
}

const kept = new KeptOpen<Open>();

export async function explain(job: ExplainJob): Promise<Explanation> {
  const { model, file, block } = job;
  const key = `${await modelKey(model)} ${block ?? ''}`;
  return kept.use(
    key,
    () => open(model, block),
    async (opened) => {
      const { session, classes, size, temperature, blocks, block: at } = opened;
      const pixels = await loadPixels(file, rawPixels(size));
      const ask = (seed: Float32Array) =>
        session.run({
          [modelInput]: float32([1, 3, size, size], pixels),
          [explained.seed]: float32([1, classes.length], seed),
        });
      const seed = new Float32Array(classes.length);
      const first = await ask(seed);
      const logits = first[explained.logits]!.data as Float32Array;
      const wanted = job.class ?? argmax(logits);
      seed[wanted] = 1;
      const answer = await ask(seed);
      const [, height, width] = at.dims;
      return {
        class: wanted,
        probabilities: Array.from(softmax(logits.map((logit) => logit / temperature))),
        block: at.name,
        blocks: blocks.map(({ name }) => name),
        height,
        width,
        heat: gradCam(
          answer[explained.at]!.data as Float32Array,
          answer[explained.gradient]!.data as Float32Array,
          at.dims,
        ),
      };
    },
  );
}

async function open(file: string, name: string | undefined): Promise<Open> {
  const graph = decodeModel(await readFile(file));
  const described = describedBy(graph, file);
  const blocks = mapBlocks(graph, file);
  const block = name === undefined ? blocks.at(-1)! : blocks.find((one) => one.name === name);
  if (!block) {
    const names = blocks.map((one) => one.name).join(', ');
    throw new StudioError(
      'refused',
      `The network in ${file} has no block “${name}” with a map to look at: choose one of ${names}.`,
    );
  }
  const network = gradientGraph(graph, head.logits, block.output);
  const session = await onnxruntime.open(network, { threads: availableParallelism() });
  return { session, ...described, block, blocks };
}

/** @throws StudioError when there is none: nothing can be shown in the picture then */
function mapBlocks(graph: Graph, file: string): MapBlock[] {
  const named = modelBlocks(graph);
  if (named.length === 0) {
    throw new StudioError(
      'refused',
      `The model ${file} is of an older Graft, which did not name its blocks: train the run again to see where it looks.`,
    );
  }
  const shapes = inferShapes(graph);
  const mapAt = (value: string): MapBlock['dims'] | null => {
    const [, channels, height, width, ...more] = shapes.get(value) ?? [];
    const isMap = typeof height === 'number' && typeof width === 'number' && more.length === 0;
    return isMap && height * width > 1 ? [channels as number, height, width] : null;
  };
  const before = new Set<string>();
  const blocks = named.flatMap(({ name, output }): MapBlock[] => {
    // A block that ends in a vector, such as one with the pooling in it, is looked at where its last map is.
    const { nodes } = ancestors(graph, [output], before);
    before.add(output);
    const inside = nodes.flatMap(({ outputs }) => outputs).toReversed();
    const last = [output, ...inside].find((value) => mapAt(value) !== null);
    return last === undefined ? [] : [{ name, output: last, dims: mapAt(last)! }];
  });
  if (blocks.length === 0) {
    throw new StudioError(
      'refused',
      `No block of the network in ${file} keeps places (its values are no maps of rows and columns), so it cannot be shown where it looks.`,
    );
  }
  return blocks;
}
