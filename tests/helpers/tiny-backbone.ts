/** A network small enough to be trained as a whole in a test. */
import { architecture } from '../../src-main/engine/backbones/architecture.ts';
import type { Backbone } from '../../src-main/engine/backbones/backbone.ts';
import { samePads } from '../../src-main/engine/backbones/layers.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { uniform } from './random.ts';

const tiny = architecture({
  name: 'tiny',
  variant: 'test',
  title: 'Tiny',
  preprocessing: { size: 32, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  dropped: [],
  write(net) {
    let x = net.input;
    for (const [at, out] of [8, 12, 16, 24].entries()) {
      x = net.conv(x, `conv${at}`, { out, kernel: 3, stride: at < 3 ? 2 : 1, pads: samePads(1) });
      x = net.relu(net.batchNorm(x, `bn${at}`), `relu${at}`);
      if (at < 3) net.block(`block${at}`, x);
    }
    return net.block('top', net.globalPool(x, 'features'));
  },
});

/** Weights drawn from their names; normalisations that let about half of the values pass. */
export function tinyBackbone(): Backbone {
  const weights = Array.from(tiny.parameters, ([name, dims]) => {
    const bound = dims.length > 1 ? Math.sqrt(6 / size(dims.slice(1))) : 0.1;
    const positive = /^bn.*(\.weight|_var)$/.test(name);
    const values = positive
      ? new Float32Array(size(dims)).fill(1)
      : uniform(name, size(dims), -bound, bound);
    return [name, float32(dims, values)] as const;
  });
  return tiny.build(new Map(weights));
}
