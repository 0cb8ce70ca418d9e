/**
 * The trained network as a file: plain ONNX, whole, with all that one needs to know to use it.
 *
 * Input `image`: float32, N x 3 x S x S, RGB planes with values from 0 to 255; the normalisation is inside.
 * Output `probabilities`: float32, N x K. Its metadata (all text):
 * `classes`       JSON array of K names, in the order of the outputs
 * `preprocessing` JSON: size, channels, layout, range, resize (how the picture becomes the square)
 * `blocks`        JSON array of {name, output}: the values that leave the network's blocks
 * `temperature`   what the logits are divided by before the softmax, fitted on validation; it is in the graph
 * `backbone`, `recipe`, `graft` (the version that wrote it)
 */
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { StudioError } from '../../../src-shared/errors.ts';
import type { RecipeName } from '../../../src-shared/recipes.ts';
import { replaceFile } from '../../atomic-file.ts';
import type { Preprocessing } from '../../images/pixels.ts';
import type { Backbone } from '../backbones/backbone.ts';
import { upTo } from '../graph/cut.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import { appendHead, appendSoftmax, head } from '../graph/head.ts';
import { encodeModel } from '../graph/onnx-encode.ts';
import { float32 } from '../graph/tensor.ts';

export const modelInput = 'image';
export const modelOutput = head.probabilities;

export interface ModelDescription {
  readonly classes: readonly string[];
  readonly backbone: string;
  readonly recipe: RecipeName;
  readonly temperature: number;
  /** Version of Graft. */
  readonly version: string;
}

const preprocessingOf = z.object({ size: z.int().positive() });
const temperatureOf = z.number().positive();
const classesOf = z.array(z.string()).min(1);

/** Pixels as the written model takes them: the loader's normalisation undone. */
export const rawPixels = (size: number): Preprocessing => ({
  size,
  mean: [0, 0, 0],
  std: [1 / 255, 1 / 255, 1 / 255],
});

/**
 * The whole network: normalisation, the backbone with its trained weights, the head, softmax.
 *
 * @param weights of the trainable parameters: the head's, and those of adapted blocks
 */
export function wholeModel(
  backbone: Backbone,
  weights: Readonly<Record<string, Tensor>>,
  description: ModelDescription,
): Graph {
  const { preprocessing } = backbone;
  const initializers = new Map(
    [...backbone.graph.initializers].map(([name, tensor]) => [name, weights[name] ?? tensor]),
  );
  const graph = appendSoftmax(
    appendHead({ ...backbone.graph, initializers }, weights[head.weight]!, weights[head.bias]!),
    description.temperature,
  );
  return {
    ...graph,
    name: 'graft',
    ...normalisedInput(graph, preprocessing),
    metadata: metadata(description, backbone),
  };
}

/** A network with another trunk, which gives the value that the tail begins with. */
export function withTrunk(graph: Graph, trunk: Graph, tail: Graph): Graph {
  const { nodes, initializers } = upTo(trunk, tail.inputs);
  return {
    ...graph,
    nodes: [...nodes, ...tail.nodes],
    initializers: new Map([...initializers, ...tail.initializers]),
  };
}

/** `(value / 255 - mean) / std` as one multiplication and one addition before the network's first node. */
function normalisedInput(
  { inputs, nodes, initializers }: Graph,
  { size, mean, std }: Preprocessing,
): Pick<Graph, 'inputs' | 'nodes' | 'initializers'> {
  const channels = (values: readonly number[]) => float32([1, 3, 1, 1], values);
  const [scale, shift, scaled] = ['image.scale', 'image.shift', 'image.scaled'];
  const node = (op: string, from: readonly string[], to: string) => ({
    op,
    name: to,
    inputs: from,
    outputs: [to],
    attributes: {},
  });
  return {
    inputs: [{ name: modelInput, type: 'float32', dims: ['batch', 3, size, size] }],
    nodes: [
      node('Mul', [modelInput, scale], scaled),
      node('Add', [scaled, shift], inputs[0]!.name),
      ...nodes,
    ],
    initializers: new Map([
      [scale, channels(std.map((s) => 1 / (255 * s)))],
      [shift, channels(std.map((s, c) => -mean[c]! / s))],
      ...initializers,
    ]),
  };
}

function metadata(
  { classes, backbone, recipe, temperature, version }: ModelDescription,
  { preprocessing: { size }, blocks }: Backbone,
) {
  return {
    classes: JSON.stringify(classes),
    preprocessing: JSON.stringify({
      size,
      channels: 'RGB',
      layout: 'NCHW',
      range: [0, 255],
      resize: 'EXIF-oriented, on white, shorter side to size (Lanczos), middle cut out',
    }),
    blocks: JSON.stringify(blocks.map(({ name, output }) => ({ name, output }))),
    temperature: String(temperature),
    backbone,
    recipe,
    graft: version,
  };
}

/** What a model file says of itself; throws a StudioError when Graft did not write it. */
export function describedBy(
  { metadata }: Graph,
  file: string,
): {
  readonly classes: readonly string[];
  readonly size: number;
  /** 1 for a model of an older Graft. */
  readonly temperature: number;
} {
  const read = <T>(schema: z.ZodType<T>, key: string): T => {
    const text = metadata[key];
    const parsed = text === undefined ? undefined : schema.safeParse(parseJson(text));
    if (parsed?.success) return parsed.data;
    throw new StudioError(
      'refused',
      `${file} does not say its ${key}: it is no model that Graft exported.`,
    );
  };
  return {
    classes: read(classesOf, 'classes'),
    size: read(preprocessingOf, 'preprocessing').size,
    temperature: metadata.temperature === undefined ? 1 : read(temperatureOf, 'temperature'),
  };
}

const blocksOf = z.array(z.object({ name: z.string(), output: z.string() }));

/** The blocks of the network in a model file; none for a model of an older Graft. */
export function modelBlocks({ metadata }: Graph): z.infer<typeof blocksOf> {
  const parsed = blocksOf.safeParse(parseJson(metadata.blocks ?? ''));
  return parsed.success ? parsed.data : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes the model whole or not at all. */
export async function writeModel(file: string, model: Graph): Promise<void> {
  const bytes = encodeModel(model, { stated: true });
  await replaceFile(file, (temporary) => writeFile(temporary, bytes)).catch((error: Error) => {
    throw new StudioError(
      'refused',
      `The model cannot be written to ${file}: ${error.message}. See to it that the disk has room, and train again.`,
      { cause: error },
    );
  });
}
