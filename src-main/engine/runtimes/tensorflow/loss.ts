/** Softmax cross-entropy as autodiff/loss.ts has it, with the library's own gradient. */
import type { StepOptions } from '../../autodiff/step.ts';
import type { Part } from '../../training/trainer.ts';
import type { TensorFlow, TfTensor } from './value.ts';

/**
 * -sum over pictures i and classes k of t_ik w_k log softmax(logits)_ik / divisor, a scalar.
 *
 * @param logits N x K
 */
export function crossEntropy(
  tf: TensorFlow,
  logits: TfTensor,
  { labels, mixed }: Pick<Part, 'labels' | 'mixed'>,
  { labelSmoothing = 0, classWeights }: StepOptions,
  divisor: number,
): TfTensor {
  const classes = logits.shape[1]!;
  const oneHot = (of: readonly number[]) =>
    tf.cast(tf.oneHot(tf.tensor1d([...of], 'int32'), classes), 'float32');
  const given = mixed
    ? tf.add(tf.mul(oneHot(labels), mixed.share), tf.mul(oneHot(mixed.labels), 1 - mixed.share))
    : oneHot(labels);
  const targets =
    labelSmoothing > 0
      ? tf.add(tf.mul(given, 1 - labelSmoothing), labelSmoothing / classes)
      : given;
  const expected = classWeights ? tf.mul(targets, tf.tensor1d([...classWeights])) : targets;
  return tf.div(tf.neg(tf.sum(tf.mul(expected, tf.logSoftmax(logits)))), divisor);
}
