/** Normalisations: of channels by known statistics or by the batch's, and of one picture's own numbers. */
import { numberOf } from '../../../graph/attributes.ts';
import { fromStart } from '../../../graph/dims.ts';
import type { Call, Op } from '../call.ts';
import type { TensorFlow, TfTensor } from '../value.ts';

/** How much of a batch's statistics goes into the running ones: PyTorch's `momentum`. */
const share = 0.1;
const epsilonOf = ({ node }: Call) => numberOf(node, 'epsilon', 1e-5);

export const batchNormalization: Op = (call) => {
  const { tf, x, renew } = call;
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((at) => call.input(at).tensor) as [
    TfTensor,
    TfTensor,
    TfTensor,
    TfTensor,
  ];
  const last = x.rank === 4;
  const maps = last ? x.as('channels-last') : x.tensor;
  const layout = last ? 'channels-last' : 'channels-first';
  // Of sequences, N x C x L, the channels are the middle axis.
  const along = (vector: TfTensor) => (x.rank === 3 ? tf.reshape(vector, [-1, 1]) : vector);
  if (!renew) {
    const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilonOf(call))));
    const rest = tf.sub(shift, tf.mul(mean, factor));
    return call.value(tf.add(tf.mul(maps, along(factor)), along(rest)), layout);
  }
  const axes = x.rank === 4 ? [0, 1, 2] : x.rank === 3 ? [0, 2] : [0];
  const count = maps.size / scale.size;
  const follow = (at: number, running: TfTensor, seen: TfTensor) => {
    const kept = tf.mul(running, 1 - share);
    const added = tf.mul(tf.reshape(seen, running.shape), share);
    renew(call.node.inputs[at]!, tf.add(kept, added));
  };
  const normal = normalised(tf, maps, axes, epsilonOf(call), (center, spread) => {
    follow(3, mean, center);
    // The running variance takes the unbiased one, as in PyTorch. Of a single number there is none: it counts
    // as it is, which is zero.
    follow(4, variance, tf.mul(spread, count / Math.max(count - 1, 1)));
  });
  return call.value(tf.add(tf.mul(normal, along(scale)), along(shift)), layout);
};

/**
 * x' = (x - mean) / sqrt(variance + epsilon) over some axes, with the formula's own gradient, which keeps
 * x' alone and passes over the maps a few times only (Ioffe and Szegedy 2015, "Batch normalization"):
 *
 *     dx = (dx' - mean(dx') - x' mean(dx' x')) / sqrt(variance + epsilon)
 *
 * @param see is shown the mean and the biased variance
 */
function normalised(
  tf: TensorFlow,
  x: TfTensor,
  axes: number[],
  epsilon: number,
  see?: (center: TfTensor, spread: TfTensor) => void,
): TfTensor {
  const mean = (tensor: TfTensor) => tf.mean(tensor, axes, true);
  return tf.customGrad((input, save) => {
    const maps = input as TfTensor;
    const center = mean(maps);
    const centred = tf.sub(maps, center);
    const spread = mean(tf.square(centred));
    see?.(center, spread);
    const factor = tf.rsqrt(tf.add(spread, epsilon));
    const normal = tf.mul(centred, factor);
    (save as (tensors: TfTensor[]) => void)([normal, factor]);
    return {
      value: normal,
      gradFunc: (dy, saved) => {
        const [kept, by] = saved as [TfTensor, TfTensor];
        const projected = tf.mul(kept, mean(tf.mul(dy, kept)));
        return tf.mul(tf.sub(tf.sub(dy, mean(dy)), projected), by);
      },
    };
  })(x);
}

export const layerNormalization: Op = (call) => {
  const { tf, node } = call;
  const x = call.x.as('channels-first');
  const rank = x.shape.length;
  const first = fromStart(numberOf(node, 'axis', -1), rank);
  const axes = Array.from({ length: rank - first }, (_, i) => first + i);
  const scaled = tf.mul(
    normalised(tf, x, axes, epsilonOf(call)),
    call.input(1).as('channels-first'),
  );
  const shift = call.inputs[2];
  return call.value(shift ? tf.add(scaled, shift.as('channels-first')) : scaled);
};

export const instanceNormalization: Op = (call) => {
  const { tf, x } = call;
  const last = x.layout === 'channels-last';
  const axes = last ? [1, 2] : Array.from({ length: x.rank - 2 }, (_, i) => i + 2);
  const normal = normalised(tf, x.tensor, axes, epsilonOf(call));
  const along = (at: number) =>
    last ? call.input(at).tensor : tf.reshape(call.input(at).tensor, [-1, ...axes.map(() => 1)]);
  return x.like(tf.add(tf.mul(normal, along(1)), along(2)));
};
