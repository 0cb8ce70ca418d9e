/**
 * EfficientNet-Lite0 (Tan & Le 2019, without squeeze-and-excite and with ReLU6), named as in the
 * PyTorch conversion of TensorFlow's weights; padding and epsilon are TensorFlow's.
 */
import { architecture } from './architecture.ts';
import { convRelu6, invertedResidual, padsFor } from './inverted-residual.ts';
import { centred } from './preprocessing.ts';

const stages = [
  { repeats: 1, kernel: 3, stride: 1, expansion: 1, out: 16 },
  { repeats: 2, kernel: 3, stride: 2, expansion: 6, out: 24 },
  { repeats: 2, kernel: 5, stride: 2, expansion: 6, out: 40 },
  { repeats: 3, kernel: 3, stride: 2, expansion: 6, out: 80 },
  { repeats: 3, kernel: 5, stride: 1, expansion: 6, out: 112 },
  { repeats: 4, kernel: 5, stride: 2, expansion: 6, out: 192 },
  { repeats: 1, kernel: 3, stride: 1, expansion: 6, out: 320 },
];

export const efficientnetLite0 = architecture({
  name: 'efficientnet_lite0',
  variant: 'tensorflow',
  title: 'EfficientNet-Lite0',
  preprocessing: centred,
  epsilon: 1e-3,
  dropped: ['_fc.'],
  head: '_fc',
  write(net) {
    const padding = 'tensorflow';
    let x = convRelu6(net, net.input, ['_conv_stem', '_bn0'], 'stem.relu6', {
      out: 32,
      kernel: 3,
      stride: 2,
      pads: padsFor(padding, net.input, 3, 2),
    });
    net.block('stem', x);
    let index = 0;
    for (const { repeats, kernel, stride, expansion, out } of stages) {
      for (let repeat = 0; repeat < repeats; repeat++) {
        const prefix = `_blocks.${index++}`;
        x = invertedResidual(net, x, {
          name: prefix,
          names: {
            expand: [`${prefix}._expand_conv`, `${prefix}._bn0`],
            depthwise: [`${prefix}._depthwise_conv`, `${prefix}._bn1`],
            project: [`${prefix}._project_conv`, `${prefix}._bn2`],
          },
          out,
          kernel,
          stride: repeat === 0 ? stride : 1,
          expansion,
          padding,
        });
        net.block(`block${index}`, x);
      }
    }
    x = convRelu6(net, x, ['_conv_head', '_bn1'], 'head.relu6', { out: 1280, kernel: 1 });
    return net.block('head', net.globalPool(x, 'features'));
  },
});
