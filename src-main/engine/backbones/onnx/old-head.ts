/** Taking a classifier's last layer off. */
import { StudioError } from '../../../../src-shared/errors.ts';
import type { Dims } from '../../graph/dims.ts';
import type { Graph, Node } from '../../graph/graph.ts';
import { int64 } from '../../graph/tensor.ts';

/** What may stand between the last layer and the output. */
const passing = new Set([
  'AveragePool',
  'Cast',
  'Clip',
  'Flatten',
  'GlobalAveragePool',
  'Identity',
  'LogSoftmax',
  'ReduceMean',
  'Relu',
  'Reshape',
  'Sigmoid',
  'Softmax',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);
/** The same, when the other operand is a constant: a bias, a temperature. */
const withConstant = new Set(['Add', 'Div', 'Mul', 'Sub']);

function refuse(name: string, why: string): StudioError {
  return new StudioError('refused', `${name} is no image classifier that Graft can use: ${why}.`);
}

/** The node that makes the scores, and the value that it reads. */
function lastLayer(graph: Graph, output: string, name: string): { layer: Node; features: string } {
  const made = new Map(graph.nodes.flatMap((node) => node.outputs.map((each) => [each, node])));
  const isConstant = (value: string) => graph.initializers.has(value);
  let value = output;
  for (;;) {
    const node = made.get(value);
    if (!node) throw refuse(name, 'it has no fully connected layer');
    const [a, b] = node.inputs as [string, string];
    const weighs = ['Gemm', 'MatMul', 'Conv'].includes(node.op);
    if (weighs && b !== undefined && isConstant(b)) return { layer: node, features: a };
    if (passing.has(node.op)) value = a;
    else if (withConstant.has(node.op) && isConstant(b)) value = a;
    else if (withConstant.has(node.op) && isConstant(a)) value = b;
    else {
      throw refuse(
        name,
        `its output comes from the operator ${node.op} ("${node.name}"), not from one last layer`,
      );
    }
  }
}

/** The output with the scores: the one called so, or the first that is N x K. */
function scores(graph: Graph, shapes: ReadonlyMap<string, Dims>, name: string): string {
  const flat = graph.outputs.filter((output) => {
    const dims = shapes.get(output.name) ?? output.dims;
    return dims.length === 2 || (dims.length === 4 && dims[2] === 1 && dims[3] === 1);
  });
  const chosen = flat.find((output) => output.name === 'logits') ?? flat[0];
  if (!chosen) throw refuse(name, 'it does not give one score for each class');
  return chosen.name;
}

/**
 * The graph up to what its last layer reads, as N x F `features`. A last layer that is a convolution reads
 * maps, whose mean is taken.
 *
 * Throws a StudioError when it ends in nothing of the kind.
 */
export function withoutHead(graph: Graph, shapes: ReadonlyMap<string, Dims>, name: string): Graph {
  const { features } = lastLayer(graph, scores(graph, shapes, name), name);
  const dims = shapes.get(features) ?? [];
  const nodes = [...graph.nodes];
  const initializers = new Map(graph.initializers);
  let value = features;
  const put = (op: string, suffix: string, inputs: string[], attributes = {}) => {
    nodes.push({
      op,
      name: `features.${suffix}`,
      inputs,
      outputs: [`features.${suffix}`],
      attributes,
    });
    value = `features.${suffix}`;
  };
  const width = dims.length === 4 ? dims[1] : dims.at(-1);
  if (
    typeof dims[0] !== 'string' ||
    typeof width !== 'number' ||
    dims.length < 2 ||
    dims.length > 4
  ) {
    throw refuse(name, `its last layer reads values of the shape ${dims.join('x')}`);
  }
  if (dims.length === 4 && (dims[2] !== 1 || dims[3] !== 1))
    put('GlobalAveragePool', 'mean', [value]);
  if (dims.length === 3 && dims[1] !== 1)
    put('ReduceMean', 'mean', [value], { axes: [1], keepdims: 0 });
  initializers.set('features.shape', int64([2], [-1, width]));
  nodes.push({
    op: dims.length > 2 ? 'Reshape' : 'Identity',
    name: 'features',
    inputs: dims.length > 2 ? [value, 'features.shape'] : [value],
    outputs: ['features'],
    attributes: {},
  });
  return {
    ...graph,
    nodes,
    initializers,
    outputs: [{ name: 'features', type: 'float32', dims: ['batch', width] }],
  };
}
