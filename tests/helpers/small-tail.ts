/** A tail as ResNet has it, a few channels wide: a residual block with batch normalisations, and a head. */
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import type { Graph } from '../../src-main/engine/graph/graph.ts';
import { appendHead, head } from '../../src-main/engine/graph/head.ts';
import { drawn } from './small-networks.ts';

export const smallTailDims = [4, 6, 6] as const;

/** Takes `N x 4 x 6 x 6`, through a stride-two block of eight channels, and gives three logits. */
export function smallTail(): Graph {
  const g = new GraphBuilder('small tail');
  const conv = (
    x: string,
    name: string,
    [outside, inside, side]: readonly number[],
    stride: number,
  ) => {
    const bound = Math.sqrt(6 / (inside! * side! * side!));
    const kernel = drawn(`${name}.weight`, [outside!, inside!, side!, side!], -bound, bound);
    const pad = (side! - 1) / 2;
    const weight = g.initializer(`${name}.weight`, kernel);
    return g.node('Conv', [x, weight], { pads: [pad, pad, pad, pad], strides: [stride, stride] });
  };
  const norm = (x: string, name: string, count: number) => {
    const vectors = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => {
      const range = part === 'weight' || part === 'running_var' ? [0.5, 1.5] : [-0.1, 0.1];
      return g.initializer(
        `${name}.${part}`,
        drawn(`${name}.${part}`, [count], range[0]!, range[1]!),
      );
    });
    return g.node('BatchNormalization', [x, ...vectors]);
  };
  const x = g.input('x', ['batch', ...smallTailDims]);
  const first = g.node('Relu', [norm(conv(x, 'conv1', [8, 4, 3], 2), 'bn1', 8)]);
  const second = norm(conv(first, 'conv2', [8, 8, 3], 1), 'bn2', 8);
  const shortcut = norm(conv(x, 'down', [8, 4, 1], 2), 'bn3', 8);
  const block = g.node('Relu', [g.node('Add', [second, shortcut])]);
  g.output(g.node('Flatten', [g.node('GlobalAveragePool', [block])]), ['batch', 8]);
  return appendHead(g.build(), drawn(head.weight, [3, 8], -1, 1), drawn(head.bias, [3], -0.1, 0.1));
}
