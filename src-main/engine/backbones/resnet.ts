/** ResNet18 (He et al. 2015), named as in torchvision. */
import { architecture } from './architecture.ts';
import { type Layers, samePads, type Value } from './layers.ts';
import { imagenet } from './preprocessing.ts';

const stages = [
  { out: 64, stride: 1 },
  { out: 128, stride: 2 },
  { out: 256, stride: 2 },
  { out: 512, stride: 2 },
];

/** Two 3x3 convolutions beside a shortcut, which is a 1x1 convolution where the shape changes. */
function basicBlock(net: Layers, x: Value, name: string, out: number, stride: number): Value {
  let y = net.conv(x, `${name}.conv1`, { out, kernel: 3, stride, pads: samePads(1) });
  y = net.relu(net.batchNorm(y, `${name}.bn1`), `${name}.relu1`);
  y = net.conv(y, `${name}.conv2`, { out, kernel: 3, pads: samePads(1) });
  y = net.batchNorm(y, `${name}.bn2`);
  let shortcut = x;
  if (stride !== 1 || x.dims[0] !== out) {
    shortcut = net.conv(x, `${name}.downsample.0`, { out, kernel: 1, stride });
    shortcut = net.batchNorm(shortcut, `${name}.downsample.1`);
  }
  return net.relu(net.add(y, shortcut, `${name}.add`), `${name}.relu2`);
}

export const resnet18 = architecture({
  name: 'resnet18',
  variant: 'torchvision',
  title: 'ResNet18',
  preprocessing: imagenet,
  dropped: ['fc.'],
  head: 'fc',
  write(net) {
    let x = net.conv(net.input, 'conv1', { out: 64, kernel: 7, stride: 2, pads: samePads(3) });
    x = net.relu(net.batchNorm(x, 'bn1'), 'relu');
    x = net.block('stem', net.maxPool(x, 'maxpool', { kernel: 3, stride: 2, pad: 1 }));
    for (const [stage, { out, stride }] of stages.entries()) {
      for (const block of [0, 1]) {
        const name = `layer${stage + 1}.${block}`;
        x = basicBlock(net, x, name, out, block === 0 ? stride : 1);
        // The last block ends in the features.
        if (name === 'layer4.1') x = net.globalPool(x, 'features');
        net.block(name, x);
      }
    }
    return x;
  },
});
