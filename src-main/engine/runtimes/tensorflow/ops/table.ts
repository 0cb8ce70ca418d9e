/** The operators that TensorFlow computes: a new one is a function and a line here. */
import type { Graph, Node } from '../../../graph/graph.ts';
import type { Op } from '../call.ts';
import * as arithmetic from './arithmetic.ts';
import { conv, convTranspose } from './convolution.ts';
import * as elementwise from './elementwise.ts';
import { concat, gather, pad, padObstacle, slice, split } from './join.ts';
import { gemm, matmul } from './linear.ts';
import { batchNormalization, instanceNormalization, layerNormalization } from './normalization.ts';
import { averagePool, globalAveragePool, globalMaxPool, maxPool, poolObstacle } from './pooling.ts';
import * as reduce from './reduce.ts';
import { resize, resizeObstacle } from './resize.ts';
import { constantOfShape, expand, reshape, shape, sizeOf, transpose } from './shape.ts';

export const ops: Readonly<Record<string, Op>> = {
  Abs: elementwise.absolute,
  Add: arithmetic.add,
  And: arithmetic.and,
  ArgMax: reduce.argMax,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: elementwise.cast,
  Ceil: elementwise.ceil,
  Clip: elementwise.clip,
  Concat: concat,
  ConstantOfShape: constantOfShape,
  Conv: conv,
  ConvTranspose: convTranspose,
  Div: arithmetic.div,
  Dropout: elementwise.identity,
  Elu: elementwise.elu,
  Equal: arithmetic.equal,
  Erf: elementwise.erf,
  Exp: elementwise.exp,
  Expand: expand,
  Flatten: reshape,
  Floor: elementwise.floor,
  Gather: gather,
  Gelu: elementwise.gelu,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
  Greater: arithmetic.greater,
  GreaterOrEqual: arithmetic.greaterOrEqual,
  HardSigmoid: elementwise.hardSigmoid,
  HardSwish: elementwise.hardSwish,
  Identity: elementwise.identity,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  LeakyRelu: elementwise.leakyRelu,
  Less: arithmetic.less,
  LessOrEqual: arithmetic.lessOrEqual,
  Log: elementwise.log,
  LogSoftmax: reduce.logSoftmax,
  MatMul: matmul,
  Max: arithmetic.maximum,
  MaxPool: maxPool,
  Min: arithmetic.minimum,
  Mul: arithmetic.mul,
  Neg: elementwise.negative,
  Not: elementwise.not,
  PRelu: elementwise.pRelu,
  Pad: pad,
  Pow: arithmetic.pow,
  Reciprocal: elementwise.reciprocal,
  ReduceMax: reduce.reduceMax,
  ReduceMean: reduce.reduceMean,
  ReduceMin: reduce.reduceMin,
  ReduceProd: reduce.reduceProd,
  ReduceSum: reduce.reduceSum,
  Relu: elementwise.relu,
  Reshape: reshape,
  Resize: resize,
  Round: elementwise.round,
  Selu: elementwise.selu,
  Shape: shape,
  Sigmoid: elementwise.sigmoid,
  Sign: elementwise.sign,
  Size: sizeOf,
  Slice: slice,
  Softmax: reduce.softmax,
  Softplus: elementwise.softplus,
  Softsign: elementwise.softsign,
  Split: split,
  Sqrt: elementwise.sqrt,
  Squeeze: reshape,
  Sub: arithmetic.sub,
  Tanh: elementwise.tanh,
  Transpose: transpose,
  Unsqueeze: reshape,
  Where: arithmetic.where,
};

type Obstacle = (node: Node) => string | null;

/** What of an operator in the table is lacking; null when nothing is. */
const obstacles: Readonly<Record<string, Obstacle>> = {
  AveragePool: poolObstacle,
  Cast: elementwise.castObstacle,
  MaxPool: poolObstacle,
  Pad: padObstacle,
  Resize: resizeObstacle,
};

/**
 * Which part of a graph TensorFlow cannot compute, as the rest of a sentence; null when it can compute
 * all of it.
 */
export function obstacleIn(graph: Graph): string | null {
  for (const node of graph.nodes) {
    const which = `the operator ${node.op} ("${node.name}")`;
    if (!ops[node.op]) return `${which} is one that it does not have`;
    const why = obstacles[node.op]?.(node);
    if (why) return `${which} ${why}`;
  }
  return null;
}
