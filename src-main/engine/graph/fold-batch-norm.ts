/** Batch normalisations with fixed statistics as part of the convolution before them. */
import { numberOf } from './attributes.ts';
import type { Graph, Node, Tensor } from './graph.ts';
import { float32, floats } from './tensor.ts';
import { usesOf } from './uses.ts';

/**
 * y = scale * (conv(x) - mean) / sqrt(variance + epsilon) + shift is a convolution with other weights and
 * another bias. Where the convolution's own output is used elsewhere too, both stay as they are.
 */
export function foldBatchNorm(graph: Graph): Graph {
  const { initializers } = graph;
  const uses = usesOf(graph);
  const made = new Map(graph.nodes.map((node) => [node.outputs[0]!, node]));
  const folded = new Map<Node, Node>();
  const gone = new Set<Node>();
  const added = new Map<string, Tensor>();
  for (const norm of graph.nodes) {
    if (norm.op !== 'BatchNormalization') continue;
    const [x, ...names] = norm.inputs;
    const conv = made.get(x!);
    if (conv?.op !== 'Conv' || uses.get(x!) !== 1) continue;
    const [weightName, biasName] = conv.inputs.slice(1);
    const constants = [weightName!, ...names, ...(biasName ? [biasName] : [])];
    if (!constants.every((name) => initializers.get(name)?.type === 'float32')) continue;
    const [scale, shift, mean, variance] = names.map((name) =>
      floats(initializers.get(name)!, name),
    );
    const epsilon = numberOf(norm, 'epsilon', 1e-5);
    const { dims, data } = initializers.get(weightName!)!;
    const channels = dims[0]!;
    const bias = biasName ? floats(initializers.get(biasName)!, biasName) : undefined;
    const weight = Float32Array.from(data as Float32Array);
    const each = weight.length / channels;
    const sum = new Float32Array(channels);
    for (let c = 0; c < channels; c++) {
      const factor = scale![c]! / Math.sqrt(variance![c]! + epsilon);
      for (let i = c * each; i < (c + 1) * each; i++) weight[i]! *= factor;
      sum[c] = shift![c]! + ((bias?.[c] ?? 0) - mean![c]!) * factor;
    }
    const [output] = norm.outputs;
    const inputs = [conv.inputs[0]!, `${output}:weight`, `${output}:bias`];
    added.set(inputs[1]!, float32(dims, weight));
    added.set(inputs[2]!, float32([channels], sum));
    folded.set(conv, { ...conv, inputs, outputs: [output!] });
    gone.add(norm);
  }
  const nodes = graph.nodes.flatMap((node) => (gone.has(node) ? [] : [folded.get(node) ?? node]));
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const kept = [...initializers, ...added].filter(([name]) => used.has(name));
  return { ...graph, nodes, initializers: new Map(kept) };
}
