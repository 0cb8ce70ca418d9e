import { beforeAll, describe, expect, it } from 'vitest';
import { readInstalled } from '../../src-main/engine/runtimes/tensorflow/installation.ts';
import {
  loadTensorflow,
  type Tensorflow,
} from '../../src-main/engine/runtimes/tensorflow/library.ts';

// `.ci/run` installs it and sets this: there a test that is left out would be a lie.
const isExpected = process.env.GRAFT_EXPECT_TENSORFLOW === '1';
const isHere = (await readInstalled()) !== null;

describe.skipIf(!isHere && !isExpected)("TensorFlow's own library", () => {
  let loaded: Tensorflow;
  beforeAll(async () => {
    loaded = await loadTensorflow({ threads: 2 });
  });

  it('is the backend of TensorFlow.js', () => {
    expect(loaded.version).toMatch(/^2\.\d+\.\d+$/);
    expect(loaded.tf.getBackend()).toBe('tensorflow');
  });

  it('computes the gradients of a convolution as TensorFlow.js does in JavaScript', async () => {
    const { tf } = loaded;
    const gradients = async (backend: 'tensorflow' | 'cpu') => {
      await tf.setBackend(backend);
      const found = tf.tidy(() => {
        const wave = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i));
        const x = tf.tensor4d(wave(2 * 6 * 6 * 3), [2, 6, 6, 3]);
        const w = tf.tensor4d(wave(3 * 3 * 3 * 4), [3, 3, 3, 4]);
        const loss = (kernel: typeof w) =>
          tf.conv2d(x, kernel, 2, 'same').relu().square().mean().asScalar();
        const { value, grad } = tf.valueAndGrad((kernel) => loss(kernel as typeof w))(w);
        return [...value.dataSync(), ...grad.dataSync()];
      });
      return found;
    };
    try {
      const native = await gradients('tensorflow');
      const inJavaScript = await gradients('cpu');
      expect(native).toHaveLength(1 + 3 * 3 * 3 * 4);
      for (const [i, value] of native.entries()) expect(value).toBeCloseTo(inJavaScript[i]!, 4);
    } finally {
      await tf.setBackend('tensorflow');
    }
  });

  it('trains a small network, and keeps no tensor of it', () => {
    const { tf } = loaded;
    const x = tf.linspace(-1, 1, 64).reshape([64, 1]);
    const y = x.mul(3).add(0.5);
    const w = tf.variable(tf.zeros([1, 1]));
    const b = tf.variable(tf.zeros([1]));
    const optimizer = tf.train.sgd(0.5);
    let held = 0;
    for (let step = 0; step < 60; step++) {
      optimizer.minimize(() =>
        x
          .matMul(w as never)
          .add(b)
          .sub(y)
          .square()
          .mean()
          .asScalar(),
      );
      if (step === 0) held = tf.memory().numTensors;
    }
    expect(tf.memory().numTensors).toBe(held);
    expect(w.dataSync()[0]).toBeCloseTo(3, 2);
    expect(b.dataSync()[0]).toBeCloseTo(0.5, 2);
    tf.dispose([w, b, x, y]);
  });
});
