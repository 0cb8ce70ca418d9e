/** TensorFlow's own library, where it is installed. */
import { readInstalled } from '../../../src-main/engine/runtimes/tensorflow/installation.ts';
import {
  loadTensorflow,
  type Tensorflow,
} from '../../../src-main/engine/runtimes/tensorflow/library.ts';

/** Why it is not tested here. Throws where it is expected and not there. */
export async function installedTensorflow(): Promise<Tensorflow | { readonly why: string }> {
  const installed = await readInstalled();
  if (!installed && !process.env.GRAFT_EXPECT_TENSORFLOW) {
    return { why: 'it is not installed ("graft tensorflow install" brings it).' };
  }
  return loadTensorflow();
}
