/** Half precision for what a GPU has units of its own for: matrix products and convolutions. */
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { dataTypes } from '../graph/onnx-schema.ts';

/**
 * `imitated`: operands and results are rounded to half precision, and products computed in single, for a processor, which
 * has no others: ONNX Runtime there takes casts away that it has to undo itself.
 */
export type Half = 'computed' | 'imitated';

const products = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/**
 * The same graph with the operands of all products in float16 and their results back in float32, in which all else is
 * computed, sums over pictures and the optimizer's work among it (Micikevicius et al. 2018, "Mixed Precision
 * Training"). What is cast is cast once.
 */
export function productsInHalf(graph: Graph, how: Half): Graph {
  const g = new GraphBuilder(graph.name, graph);
  for (const { name, dims, type } of graph.inputs) g.input(name, dims, type);
  for (const [name, tensor] of graph.initializers) g.initializer(name, tensor);
  const cast = (name: string, to: 'float16' | 'float32', output: string) =>
    g.node('Cast', [name], { to: dataTypes[to] }, { output });
  const operand = (name: string) => {
    const half = `${name}:half`;
    if (!g.has(half)) cast(name, 'float16', half);
    if (how === 'computed') return half;
    const rounded = `${half}:rounded`;
    return g.has(rounded) ? rounded : cast(half, 'float32', rounded);
  };
  for (const node of graph.nodes) {
    const [output] = node.outputs;
    if (!products.has(node.op) || !output) {
      g.add(node);
      continue;
    }
    const inputs = node.inputs.map((name) => (name === '' ? '' : operand(name)));
    const product = g.node(node.op, inputs, node.attributes, { output: `${output}:product` });
    const half = how === 'computed' ? product : cast(product, 'float16', `${product}:half`);
    cast(half, 'float32', output);
  }
  for (const { name, dims, type } of graph.outputs) g.output(name, dims, type);
  return g.build();
}
