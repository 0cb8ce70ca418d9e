/** A graph as the bytes of an ONNX model. */
import type { Attribute, Graph, Node, ValueInfo } from './graph.ts';
import {
  attributeTypes,
  dataTypes,
  ModelProto,
  type NodeMessage,
  type ValueMessage,
} from './onnx-schema.ts';
import { encodeTensor } from './onnx-tensor.ts';

const largestInt64 = 2 ** 63;
const bytes = new TextEncoder();
const irVersion = 8;

/** Whole numbers are ints in ONNX; JavaScript's 2^63 stands for the largest of them. */
const toInt64 = (value: number) =>
  Math.abs(value) < largestInt64
    ? value
    : value > 0
      ? { low: -1, high: 0x7fffffff, unsigned: false }
      : { low: 0, high: -0x80000000, unsigned: false };

function encodeAttribute(name: string, value: Attribute): object {
  if (typeof value === 'number') {
    return Number.isInteger(value)
      ? { name, type: attributeTypes.int, i: toInt64(value) }
      : { name, type: attributeTypes.float, f: value };
  }
  if (typeof value === 'string') {
    return { name, type: attributeTypes.string, s: bytes.encode(value) };
  }
  if ('float' in value) {
    return typeof value.float === 'number'
      ? { name, type: attributeTypes.float, f: value.float }
      : { name, type: attributeTypes.floats, floats: value.float };
  }
  if ('data' in value) {
    return { name, type: attributeTypes.tensor, t: encodeTensor(value, '') };
  }
  if (value.some((item) => typeof item === 'string')) {
    const strings = (value as readonly string[]).map((item) => bytes.encode(item));
    return { name, type: attributeTypes.strings, strings };
  }
  const numbers = value as readonly number[];
  return numbers.every(Number.isInteger)
    ? { name, type: attributeTypes.ints, ints: numbers.map(toInt64) }
    : { name, type: attributeTypes.floats, floats: numbers };
}

function encodeNode(node: Node): NodeMessage {
  return {
    name: node.name,
    opType: node.op,
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, value]) => encodeAttribute(name, value)),
  };
}

function encodeValue(value: ValueInfo): ValueMessage {
  if (value.type === 'unknown') return { name: value.name };
  const dim = value.dims.map((each) =>
    typeof each === 'number' ? { dimValue: each } : { dimParam: each },
  );
  return {
    name: value.name,
    type: { tensorType: { elemType: dataTypes[value.type], shape: { dim } } },
  };
}

/**
 * Writes a graph as a serialised ONNX model (IR version 8), weights inside.
 * @param stated writes down the shapes that it states, all of which must be of float32
 */
export function encodeModel(graph: Graph, { stated = false } = {}): Uint8Array {
  return encode(graph, encodeTensor, stated ? [...(graph.stated ?? [])] : []);
}

export interface ApartModel {
  readonly model: Uint8Array;
  /** What the model names as files beside it: bytes of large tensors, shared with the graph. */
  readonly beside: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** Bytes from which a tensor lies beside its model. */
const large = 1024;

/** The same with its large tensors beside it, so that none of them is copied. */
export function encodeApart(graph: Graph): ApartModel {
  const beside: { path: string; data: Uint8Array }[] = [];
  const model = encode(graph, (tensor, name) => {
    const whole = encodeTensor(tensor, name);
    const { rawData, ...message } = whole;
    if (!rawData || rawData.byteLength < large) return whole;
    const path = String(beside.length);
    beside.push({ path, data: rawData });
    const place = { location: path, offset: '0', length: String(rawData.byteLength) };
    const externalData = Object.entries(place).map(([key, value]) => ({ key, value }));
    return { ...message, dataLocation: 1, externalData };
  });
  return { model, beside };
}

function encode(
  graph: Graph,
  tensor: typeof encodeTensor,
  inside: readonly (readonly [string, ValueInfo['dims']])[] = [],
): Uint8Array {
  const message = {
    irVersion,
    producerName: 'graft',
    opsetImport: [{ domain: '', version: graph.opset }],
    metadataProps: Object.entries(graph.metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: graph.name || 'graph',
      node: graph.nodes.map(encodeNode),
      initializer: Array.from(graph.initializers, ([name, each]) => tensor(each, name)),
      input: graph.inputs.map(encodeValue),
      output: graph.outputs.map(encodeValue),
      valueInfo: inside.map(([name, dims]) => encodeValue({ name, type: 'float32', dims })),
    },
  };
  return ModelProto.encode(message).finish();
}
