/** The operators that can be differentiated: a new one is a rule and a line here. */
import { textOf } from '../../graph/attributes.ts';
import type { Node } from '../../graph/graph.ts';
import { resizeObstacle } from '../../graph/interpolation.ts';
import type { Rule } from '../tape.ts';
import { clip, hardSigmoid, hardSwish, leakyRelu, pRelu, relu } from './activation.ts';
import { add, div, identity, mul, pow, sub } from './arithmetic.ts';
import { conv } from './conv.ts';
import { convTranspose } from './conv-transpose.ts';
import { concat, pad, slice, split } from './join.ts';
import { instanceNormalization, layerNormalization } from './layer-normalization.ts';
import { gemm, matmul } from './linear.ts';
import { maxPool } from './max-pool.ts';
import { batchNormalization } from './normalization.ts';
import { gatherAlong } from './pick.ts';
import { averagePool, globalAveragePool } from './pooling.ts';
import { reduceMean, reduceSum } from './reduce.ts';
import { resize } from './resize.ts';
import { expand, reshape, transpose } from './shape.ts';
import {
  absolute,
  erf,
  exp,
  gelu,
  log,
  negative,
  reciprocal,
  sigmoid,
  softplus,
  sqrt,
  tanh,
} from './smooth.ts';
import { logSoftmax, softmax } from './softmax.ts';

export const rules: Readonly<Record<string, Rule>> = {
  Abs: absolute,
  Add: add,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: identity,
  Clip: clip,
  Concat: concat,
  Conv: conv,
  ConvTranspose: convTranspose,
  Div: div,
  Dropout: identity,
  Erf: erf,
  Exp: exp,
  Expand: expand,
  Flatten: reshape,
  Gather: gatherAlong,
  Gelu: gelu,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
  Identity: identity,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  LeakyRelu: leakyRelu,
  Log: log,
  LogSoftmax: logSoftmax,
  MatMul: matmul,
  MaxPool: maxPool,
  Mul: mul,
  Neg: negative,
  PRelu: pRelu,
  Pad: pad,
  Pow: pow,
  Reciprocal: reciprocal,
  ReduceMean: reduceMean,
  ReduceSum: reduceSum,
  Relu: relu,
  Reshape: reshape,
  Resize: resize,
  Sigmoid: sigmoid,
  Slice: slice,
  Softmax: softmax,
  Softplus: softplus,
  Split: split,
  Sqrt: sqrt,
  Squeeze: reshape,
  Sub: sub,
  Tanh: tanh,
  Transpose: transpose,
  Unsqueeze: reshape,
};

/** Operators whose result no small change of their input changes: no gradient passes through them. */
export const flat: ReadonlySet<string> = new Set([
  'ArgMax',
  'Ceil',
  'ConstantOfShape',
  'Equal',
  'Floor',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Not',
  'Round',
  'Shape',
  'Sign',
  'Size',
]);

/** Why a node cannot be trained through although its operator has a rule; null when it can. */
export function obstacleOf(node: Node): string | null {
  if (node.op === 'Resize') return resizeObstacle(node);
  const mode = node.op === 'Pad' ? textOf(node, 'mode', 'constant') : 'constant';
  return mode === 'constant' ? null : `pads by ${mode}`;
}
