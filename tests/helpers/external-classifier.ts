/** A small classifier as PyTorch's newer exporter writes it: the weights in a file beside the model. */
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { encodeModel } from '../../src-main/engine/graph/onnx-encode.ts';
import { type ModelMessage, ModelProto } from '../../src-main/engine/graph/onnx-schema.ts';
import { drawn } from './gradients.ts';

/** @param odd an activation without a backward rule in the upper layer */
export function externalClassifier(
  location: string,
  odd = false,
): { model: Uint8Array; weights: Uint8Array } {
  const g = new GraphBuilder('classifier');
  const weight = (name: string, dims: number[]) => g.initializer(name, drawn(name, dims));
  const pads = { pads: [1, 1, 1, 1], strides: [2, 2] };
  let x = g.input('input', ['batch', 3, 32, 32]);
  x = g.node('Relu', [g.node('Conv', [x, weight('conv1.weight', [8, 3, 3, 3])], pads)]);
  x = g.node(odd ? 'Selu' : 'Relu', [
    g.node('Conv', [x, weight('conv2.weight', [8, 8, 3, 3])], pads),
  ]);
  x = g.node('Flatten', [g.node('GlobalAveragePool', [x])]);
  g.output(g.node('Gemm', [x, weight('fc.weight', [5, 8])], { transB: 1 }), ['batch', 5]);

  const message = ModelProto.decode(encodeModel(g.build())) as ModelMessage;
  const parts: Uint8Array[] = [];
  let offset = 0;
  const initializer = message.graph!.initializer!.map((tensor) => {
    const { rawData, ...rest } = tensor;
    if (!rest.name?.endsWith('weight') || !rawData) return tensor;
    parts.push(rawData);
    const place = { location, offset, length: rawData.byteLength };
    offset += rawData.byteLength;
    const externalData = Object.entries(place).map(([key, value]) => ({ key, value: `${value}` }));
    return { ...rest, dataLocation: 1, externalData };
  });
  const graph = { ...message.graph, initializer };
  return {
    model: ModelProto.encode({ ...message, graph }).finish(),
    weights: Buffer.concat(parts),
  };
}
