/**
 * A network in 8 bits, after its training: each quantised value passes a QuantizeLinear and a
 * DequantizeLinear, and so do the weights of the layers between them. The graph still means float32
 * numbers; ONNX Runtime takes the pairs and the operator in their middle together as one integer kernel.
 */
import { numberOf } from '../graph/attributes.ts';
import type { Graph, Node, Tensor } from '../graph/graph.ts';
import { float32, floats, tensor } from '../graph/tensor.ts';
import type { Ranges } from './ranges.ts';
import { type Affine, affineOf, quantiseWeights } from './scales.ts';
import type { Scheme } from './scheme.ts';

/**
 * @param graph without batch normalisations after convolutions
 * @param ranges of the scheme's values
 * @param limit the largest integer of a weight
 */
export function quantise(graph: Graph, scheme: Scheme, ranges: Ranges, limit: number): Graph {
  const nodes: Node[] = [];
  const initializers = new Map(graph.initializers);
  const affines = affinesOf(scheme, ranges);
  const add = (op: string, inputs: readonly string[], output: string, attributes = {}) => {
    nodes.push({ op, name: `${output}:${op}`, inputs, outputs: [output], attributes });
    return output;
  };
  const constant = (name: string, value: Tensor) => {
    initializers.set(name, value);
    return name;
  };
  /** Both conversions, from a value to one of another name. */
  const convert = (value: string, from: string, to: string) => {
    const { scale, zeroPoint } = affines.get(value)!;
    const how = [
      constant(`${value}:scale`, float32([], [scale])),
      constant(`${value}:zero`, tensor('uint8', [], Uint8Array.of(zeroPoint))),
    ];
    const integers = add('QuantizeLinear', [from, ...how], `${value}:integers`);
    add('DequantizeLinear', [integers, ...how], to);
  };
  const input = graph.inputs[0]!.name;
  const renamed = new Map<string, string>();
  if (scheme.values.has(input)) {
    renamed.set(input, `${input}:rounded`);
    convert(input, input, `${input}:rounded`);
  }
  const activations = new Set(scheme.fused.values());

  for (const node of graph.nodes) {
    if (activations.has(node)) continue; // its layer gives its value
    const [made] = node.outputs;
    const value = scheme.fused.get(made!)?.outputs[0] ?? made!;
    const isHeld = scheme.values.has(value);
    const inputs = node.inputs.map(
      (name) => (scheme.nodes.has(node) ? renamed.get(name) : null) ?? name,
    );
    const isLayer = scheme.nodes.has(node) && (node.op === 'Conv' || node.op === 'Gemm');
    if (isLayer) {
      const parts = layerParts(graph, node, affines.get(node.inputs[0]!)!, limit);
      for (const [at, part] of parts.entries()) {
        if (!part) continue;
        const name = `${value}:${at === 0 ? 'weight' : 'bias'}`;
        inputs[at + 1] = add(
          'DequantizeLinear',
          [
            constant(`${name}:integers`, part.integers),
            constant(`${name}:scale`, part.scale),
            constant(`${name}:zero`, part.zero),
          ],
          `${name}:rounded`,
          { axis: part.axis },
        );
      }
    }
    if (!isHeld) {
      nodes.push({ ...node, inputs });
      continue;
    }
    nodes.push({ ...node, inputs, outputs: [`${value}:exact`, ...node.outputs.slice(1)] });
    convert(value, `${value}:exact`, value);
  }
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const kept = [...initializers].filter(([name]) => used.has(name));
  return { ...graph, nodes, initializers: new Map(kept) };
}

function affinesOf({ values, sameAs }: Scheme, ranges: Ranges): ReadonlyMap<string, Affine> {
  const sourceOf = (value: string): string => {
    const before = sameAs.get(value);
    return before === undefined ? value : sourceOf(before);
  };
  return new Map(Array.from(values, (value) => [value, affineOf(ranges.get(sourceOf(value))!)]));
}

interface Part {
  readonly integers: Tensor;
  readonly scale: Tensor;
  readonly zero: Tensor;
  readonly axis: number;
}

/** Weights and bias of a layer. */
function layerParts(
  { initializers }: Graph,
  node: Node,
  input: Affine,
  limit: number,
): readonly [Part, Part | null] {
  const [, weightName, biasName] = node.inputs;
  const { dims } = initializers.get(weightName!)!;
  const isTurned = node.op === 'Gemm' && numberOf(node, 'transB', 0) === 0;
  const given = floats(initializers.get(weightName!)!, weightName!);
  const channels = isTurned ? dims[1]! : dims[0]!;
  const { weights, scales, bias } = quantiseWeights(
    isTurned ? transposed(given, dims[0]!, channels) : given,
    biasName ? floats(initializers.get(biasName)!, biasName) : undefined,
    channels,
    input.scale,
    limit,
  );
  const weight: Part = {
    integers: tensor('int8', dims, isTurned ? transposed(weights, channels, dims[0]!) : weights),
    scale: float32([channels], scales),
    zero: tensor('int8', [channels], new Int8Array(channels)),
    axis: isTurned ? 1 : 0,
  };
  if (!bias) return [weight, null];
  return [
    weight,
    {
      integers: tensor('int32', [channels], bias),
      scale: float32(
        [channels],
        scales.map((scale) => scale * input.scale),
      ),
      zero: tensor('int32', [channels], new Int32Array(channels)),
      axis: 0,
    },
  ];
}

function transposed<T extends Float32Array | Int8Array>(from: T, rows: number, columns: number): T {
  const to = from.slice() as T;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) to[c * rows + r] = from[r * columns + c]!;
  }
  return to;
}
