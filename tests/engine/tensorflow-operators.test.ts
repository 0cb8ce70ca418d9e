/** Every operator that TensorFlow computes, with its gradients, against ONNX Runtime. */
import { describe, it } from 'vitest';
import { tensorflow } from '../../src-main/engine/runtimes/tensorflow/tensorflow.ts';
import { arranged } from '../helpers/operators/arranged.ts';
import { elementwise } from '../helpers/operators/elementwise.ts';
import { expectSameOperator } from '../helpers/same-steps.ts';
import { Draw } from '../helpers/sampled-gradients.ts';
import { plainTensorflow } from '../helpers/tensorflow.ts';

const rounds = [0, 1, 2];
const runtime = tensorflow(await plainTensorflow());

describe.each(Object.entries({ ...elementwise, ...arranged }))('%s', (name, property) => {
  it.each(rounds)('in random case %i', async (round) => {
    await expectSameOperator(runtime, property(new Draw(`${name} ${round}`)));
  });
});
