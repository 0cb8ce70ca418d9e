/** TensorFlow as a runtime: on NVIDIA's GPUs where its build and the machine have them, else on the processor. */
import type { Runtime } from '../runtime.ts';
import { openSession } from './session.ts';
import { TensorflowTrainer } from './trainer.ts';
import type { TensorFlow } from './value.ts';

/** @param tf whichever of its packages computes */
export const tensorflow = (tf: TensorFlow): Runtime => ({
  name: 'tensorflow',
  device: 'cpu',
  apart: true,
  convolvesDirectly: false,
  open: async (graph, options) => openSession(tf, graph, options),
  trainer: async (options) => new TensorflowTrainer(tf, options),
});
