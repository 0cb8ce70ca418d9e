/** Sums over all places of a batch keep their digits: what a deep network makes of lost ones is another gradient. */
import { expect, it } from 'vitest';
import { trainingStep } from '../../src-main/engine/autodiff/training-step.ts';
import { GraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { appendHead, head } from '../../src-main/engine/graph/head.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { uniform } from '../helpers/random.ts';
import { Trainer } from '../helpers/trainer.ts';

const dims = [8, 3, 64, 64] as const;
const [pictures, channels, rows, columns] = dims;

it('takes the mean and the variance of a large map to float32', async () => {
  const g = new GraphBuilder('normal');
  const x = g.input('x', ['batch', channels, rows, columns]);
  const kernel = Float32Array.from({ length: channels ** 2 }, (_, i) => (i % 4 === 0 ? 1 : 0));
  g.initializer('conv', float32([channels, channels, 1, 1], kernel));
  const vector = (name: string, value: number) =>
    g.initializer(name, float32([channels], new Float32Array(channels).fill(value)));
  const same = g.node('Conv', [x, 'conv'], { kernel_shape: [1, 1] });
  const statistics = [vector('scale', 1), vector('shift', 0), vector('mean', 0), vector('var', 0)];
  const normal = g.node('BatchNormalization', [same, ...statistics]);
  g.output(g.node('Flatten', [g.node('GlobalAveragePool', [normal])]), ['batch', channels]);
  const forward = appendHead(
    g.build(),
    float32([2, channels], uniform('head', 2 * channels)),
    float32([2], new Float32Array(2)),
  );
  const step = trainingStep(forward, {
    ...{ logits: head.logits, optimizer: 'sgd', weightDecay: 0, dropout: 0, statistics: 'batch' },
    trainable: ['conv', 'scale', 'shift'].map((name) => ({ name, group: 'head', decay: false })),
  });
  const trainer = await Trainer.of(forward, step);
  const maps = uniform('maps', size(dims), 3, 4);
  const labels = Array.from({ length: pictures }, (_, i) => i % 2);
  await trainer.step({ input: float32(dims, maps), labels }, { head: 0, backbone: 0 });

  const area = rows * columns;
  for (let channel = 0; channel < channels; channel++) {
    const own = maps.filter((_, i) => Math.floor(i / area) % channels === channel);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (own.length - 1);
    // A tenth of the batch's goes into the running ones, which were zero.
    const found = (name: string) => 10 * Number(trainer.state[name]!.data[channel]);
    expect(Math.abs(found('mean') / mean - 1)).toBeLessThan(5e-7);
    expect(Math.abs(found('var') / variance - 1)).toBeLessThan(5e-7);
  }
});
