/** TensorFlow.js in plain JavaScript, for tests that need no library of TensorFlow's. */
import type { TensorFlow } from '../../../src-main/engine/runtimes/tensorflow/value.ts';

export async function plainTensorflow(): Promise<TensorFlow> {
  const tf = await import('@tensorflow/tfjs');
  // It would advertise its own package for Node.
  tf.enableProdMode();
  await tf.setBackend('cpu');
  return tf;
}
