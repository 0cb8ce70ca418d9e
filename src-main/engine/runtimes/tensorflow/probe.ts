/**
 * Loads TensorFlow from the folder that is named, and computes a gradient with it: in a process of its own,
 * since a library that does not fit this machine takes its process with it, and since what it says of GPUs
 * it says on standard error only.
 */
import { toErrorReply } from '../../../../src-shared/errors.ts';
import { loadFrom, type Tensorflow } from './library.ts';

export type Probed = { readonly version: string } | { readonly problem: string };

/** Loss Σ (w·x)² / 3 of w = 2 and x = 1, 2, 3: its gradient is Σ 2·w·x² / 3 = 56 / 3. */
async function gradient({ tf }: Tensorflow): Promise<number> {
  const x = tf.tensor1d([1, 2, 3]);
  const w = tf.scalar(2);
  const d = tf.grad((value) => x.mul(value).square().mean())(w);
  const [found] = await d.data();
  tf.dispose([x, w, d]);
  return found!;
}

async function probe(folder: string): Promise<Probed> {
  try {
    const tensorflow = await loadFrom({ folder, cuda: null }, { talks: true });
    const found = await gradient(tensorflow);
    if (Math.abs(found / (56 / 3) - 1) > 1e-5) {
      return { problem: `it computes wrongly on this machine (${found} for ${56 / 3})` };
    }
    return { version: tensorflow.version };
  } catch (error) {
    return { problem: toErrorReply(error).message };
  }
}

const [, , folder = ''] = process.argv;
process.send!(await probe(folder), () => process.exit());
