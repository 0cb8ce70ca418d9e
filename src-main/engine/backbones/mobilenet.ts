/** MobileNetV2 of width 1 (Sandler et al. 2018), named as in torchvision. */
import type { Preprocessing } from '../protocol.ts';
import { architecture } from './architecture.ts';
import type { Architecture } from './backbone.ts';
import {
  convRelu6,
  expand,
  type InvertedResidual,
  invertedResidual,
  type Padding,
  padsFor,
} from './inverted-residual.ts';
import { imagenet, plain } from './preprocessing.ts';

const stages = [
  { repeats: 1, stride: 1, expansion: 1, out: 16 },
  { repeats: 2, stride: 2, expansion: 6, out: 24 },
  { repeats: 3, stride: 2, expansion: 6, out: 32 },
  { repeats: 4, stride: 2, expansion: 6, out: 64 },
  { repeats: 3, stride: 1, expansion: 6, out: 96 },
  { repeats: 3, stride: 2, expansion: 6, out: 160 },
  { repeats: 1, stride: 1, expansion: 6, out: 320 },
];

interface Variant {
  readonly variant: string;
  readonly padding: Padding;
  readonly epsilon: number;
  readonly preprocessing: Preprocessing;
  /** The last stage is the head of 1280 channels, or the widened map of this block (counted from 1). */
  readonly end: 'head' | number;
  /** Of 1,000 classes, where the weights have one. */
  readonly head?: string;
}

function mobilenetV2({
  variant,
  padding,
  epsilon,
  preprocessing,
  end,
  head,
}: Variant): Architecture {
  return architecture({
    name: 'mobilenet_v2',
    variant,
    title: 'MobileNetV2',
    preprocessing,
    epsilon,
    dropped: ['classifier.'],
    ...(head !== undefined && { head }),
    write(net) {
      let x = convRelu6(net, net.input, ['features.0.0', 'features.0.1'], 'features.0.relu6', {
        out: 32,
        kernel: 3,
        stride: 2,
        pads: padsFor(padding, net.input, 3, 2),
      });
      net.block('stem', x);
      let index = 0;
      for (const { repeats, stride, expansion, out } of stages) {
        for (let repeat = 0; repeat < repeats; repeat++) {
          index++;
          const block: InvertedResidual = {
            ...layerNames(index, expansion),
            out,
            kernel: 3,
            stride: repeat === 0 ? stride : 1,
            expansion,
            padding,
          };
          if (index === end) {
            return net.block(`block${index}`, net.globalPool(expand(net, x, block), 'features'));
          }
          x = net.block(`block${index}`, invertedResidual(net, x, block));
        }
      }
      x = convRelu6(net, x, ['features.18.0', 'features.18.1'], 'features.18.relu6', {
        out: 1280,
        kernel: 1,
      });
      return net.block('head', net.globalPool(x, 'features'));
    },
  });
}

/** torchvision counts the layers that are there, and nests those with a ReLU6. */
function layerNames(index: number, expansion: number): Pick<InvertedResidual, 'name' | 'names'> {
  const name = `features.${index}`;
  const at = (layer: number | string) => `${name}.conv.${layer}`;
  const shift = expansion === 1 ? 0 : 1;
  return {
    name,
    names: {
      expand: [at('0.0'), at('0.1')],
      depthwise: [at(`${shift}.0`), at(`${shift}.1`)],
      project: [at(shift + 1), at(shift + 2)],
    },
  };
}

/** torchvision's own weights. */
export const mobilenetV2Torchvision = mobilenetV2({
  variant: 'torchvision',
  padding: 'symmetric',
  epsilon: 1e-5,
  preprocessing: imagenet,
  end: 'head',
  head: 'classifier.1',
});

/**
 * The weights that npm's nsfwjs holds: Keras's, whose upper blocks were then trained for another
 * purpose (up to Keras's block 10 they stayed ImageNet's). The features end before that purpose takes
 * over, at the widened map of torchvision's block 14 (Keras's 13). Keras feeds its own MobileNetV2
 * with -1 to 1; these weights saw 0 to 1: the running means after the first convolution are those of
 * pictures with a mean of (0.57, 0.51, 0.48).
 */
export const mobilenetV2Keras = mobilenetV2({
  variant: 'keras',
  padding: 'tensorflow',
  epsilon: 1e-3,
  preprocessing: plain,
  end: 14,
});
