/** VGG16 (Simonyan & Zisserman 2014, configuration D), named as in torchvision. */
import { architecture } from './architecture.ts';
import { type Layers, samePads, type Value } from './layers.ts';
import { imagenet } from './preprocessing.ts';

/** Output channels of the 3x3 convolutions; each group ends in a 2x2 max pool. */
const groups = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
];

/** All convolutions; `last` ends the fifth group. */
function convolutions(net: Layers, last: (x: Value) => Value = (x) => x): Value {
  let x = net.input;
  // torchvision counts convolutions, ReLUs and pools alike.
  let index = 0;
  for (const [group, channels] of groups.entries()) {
    for (const out of channels) {
      x = net.conv(x, `features.${index++}`, { out, kernel: 3, pads: samePads(1), bias: true });
      x = net.relu(x, `features.${index++}`);
    }
    x = net.maxPool(x, `features.${index++}`, { kernel: 2, stride: 2 });
    if (group === groups.length - 1) x = last(x);
    net.block(`conv${group + 1}`, x);
  }
  return x;
}

/**
 * The features are the 4096 numbers after the second fully connected layer and its ReLU. Dropout is
 * the identity at inference, and so is torchvision's adaptive pooling to 7x7 at 224 pixels.
 */
export const vgg16 = architecture({
  name: 'vgg16',
  variant: 'torchvision',
  title: 'VGG16',
  preprocessing: imagenet,
  dropped: ['classifier.6.'],
  head: 'classifier.6',
  write(net) {
    let x = net.flatten(convolutions(net), 'flatten');
    x = net.block('fc1', net.relu(net.linear(x, 'classifier.0', 4096), 'classifier.1'));
    return net.block('fc2', net.relu(net.linear(x, 'classifier.3', 4096), 'features'));
  },
});

/**
 * Without the fully connected layers, which hold nine tenths of the weights: the features are the means of
 * the 512 last maps.
 */
export const vgg16Conv = architecture({
  name: 'vgg16_conv',
  variant: 'torchvision',
  title: 'VGG16-conv',
  preprocessing: imagenet,
  dropped: ['classifier.'],
  write: (net) => convolutions(net, (x) => net.globalPool(x, 'features')),
});
