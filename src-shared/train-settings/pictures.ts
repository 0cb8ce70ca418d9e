/** Which pictures count how much, and where and how they are computed. */
import { z } from 'zod';
import { deviceChoice } from '../devices.ts';
import { runtimeChoice } from '../runtimes.ts';
import { wordsOf } from './words.ts';

const words = wordsOf('pictures');

export const pictures = {
  classBalance: z.enum(['none', 'weights', 'sampling']).meta(
    words({
      title: 'Unequal labels',
      description:
        'Rare labels can count for more in the loss, or their pictures be drawn more often.',
      names: { none: 'As they are', weights: 'Class weights', sampling: 'Balanced sampling' },
    }),
  ),
  microBatch: z
    .int()
    .min(0)
    .max(1024)
    .meta(
      words({
        title: 'Pictures at a time',
        description:
          'Batches are added up from parts of this size; 0 lets Graft choose by the memory there is.',
      }),
    ),
  precision: z.enum(['exact', 'fast']).meta(
    words({
      title: 'Precision',
      description:
        'Fast runs what stays frozen in 8 bits, and is refused where that would change its features much.',
      names: { exact: 'Exact', fast: 'Fast' },
    }),
  ),
  halfPrecision: z.boolean().meta(
    words({
      title: 'Half precision',
      description:
        'Products in 16 bits, on a GPU that was seen to train so: faster, and a guard keeps gradients from being lost.',
    }),
  ),
  device: deviceChoice.meta(
    words({
      title: 'Computed on',
      description: 'The processor or a GPU; as chosen for all runs unless another is chosen here.',
      names: { auto: 'As for all', cpu: 'Processor', webgpu: 'GPU (WebGPU)', cuda: 'GPU (CUDA)' },
    }),
  ),
  runtime: runtimeChoice.meta(
    words({
      title: 'Runtime',
      description:
        'The library that computes; TensorFlow has to be installed, and chooses its device itself.',
      names: { auto: 'As for all', onnxruntime: 'ONNX Runtime', tensorflow: 'TensorFlow' },
    }),
  ),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .meta(
      words({
        title: 'Seed',
        description: 'The same seed on the same machine gives the same numbers.',
      }),
    ),
};
