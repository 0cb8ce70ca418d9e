/** Resize of maps, as two products with the shares of each input row and column. */
import { mixture, resizeObstacle } from '../../../graph/interpolation.ts';
import { shapeRule } from '../../../graph/shapes.ts';
import type { Op } from '../call.ts';
import { byMatrix } from './linear.ts';

export { resizeObstacle };

export const resize: Op = (call) => {
  const { tf, x, node } = call;
  const from = x.dims;
  const to = shapeRule('Resize')!(node, [from], call.integers, call.constant) as readonly number[];
  const scales = call.constantAt(2)?.data;
  const shares = (axis: 2 | 3) => {
    const [old, now] = [from[axis]!, to[axis]!];
    const scale = scales?.length === 4 ? Number(scales[axis]) : now / old;
    return tf.transpose(tf.tensor2d(mixture(node, old, now, scale), [now, old]));
  };
  const across = byMatrix(tf, x.as('channels-first'), shares(3));
  const turned = tf.transpose(across, [0, 1, 3, 2]);
  return call.value(tf.transpose(byMatrix(tf, turned, shares(2)), [0, 1, 3, 2]));
};
