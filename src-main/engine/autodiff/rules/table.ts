/** The operators that can be differentiated: a new one is a rule and a line here. */
import type { Rule } from '../tape.ts';
import { clip, relu } from './activation.ts';
import { add, identity, mul } from './arithmetic.ts';
import { conv } from './conv.ts';
import { gemm, matmul } from './linear.ts';
import { batchNormalization } from './normalization.ts';
import { averagePool, globalAveragePool, maxPool } from './pooling.ts';
import { reshape } from './shape.ts';

export const rules: Readonly<Record<string, Rule>> = {
  Add: add,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Clip: clip,
  Conv: conv,
  Dropout: identity,
  Flatten: reshape,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  Identity: identity,
  MatMul: matmul,
  MaxPool: maxPool,
  Mul: mul,
  Relu: relu,
  Reshape: reshape,
};
