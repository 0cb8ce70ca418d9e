/**
 * The block of MobileNetV2 (Sandler et al. 2018), which EfficientNet-Lite uses too: a 1x1 convolution
 * widens the map, a depthwise one works on it, a 1x1 convolution narrows it without a ReLU; beside it
 * a shortcut where the shape stays.
 */
import { type Layers, type Pads, samePads, tensorflowPads, type Value } from './layers.ts';

export type Padding = 'symmetric' | 'tensorflow';

export function padsFor(padding: Padding, x: Value, kernel: number, stride: number): Pads {
  return padding === 'tensorflow'
    ? tensorflowPads(x.dims[1]!, kernel, stride)
    : samePads((kernel - 1) / 2);
}

/** Names of a convolution and of the batch normalisation after it. */
export type LayerNames = readonly [conv: string, batchNorm: string];

export interface InvertedResidual {
  /** Prefix for the values that have no parameters. */
  readonly name: string;
  readonly names: { expand: LayerNames; depthwise: LayerNames; project: LayerNames };
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  /** How many times wider the middle is; 1 leaves the first convolution out. */
  readonly expansion: number;
  readonly padding: Padding;
}

/** Convolution, batch normalisation, ReLU6. */
export function convRelu6(
  net: Layers,
  x: Value,
  [conv, batchNorm]: LayerNames,
  relu: string,
  options: Parameters<Layers['conv']>[2],
): Value {
  return net.relu6(net.batchNorm(net.conv(x, conv, options), batchNorm), relu);
}

/** The widened map alone, before the depthwise convolution. */
export function expand(net: Layers, x: Value, block: InvertedResidual): Value {
  const out = x.dims[0]! * block.expansion;
  return convRelu6(net, x, block.names.expand, `${block.name}.expand.relu6`, { out, kernel: 1 });
}

export function invertedResidual(net: Layers, x: Value, block: InvertedResidual): Value {
  const { name, names, out, kernel, stride, expansion, padding } = block;
  const wide = expansion === 1 ? x : expand(net, x, block);
  const worked = convRelu6(net, wide, names.depthwise, `${name}.depthwise.relu6`, {
    out: wide.dims[0]!,
    kernel,
    stride,
    pads: padsFor(padding, wide, kernel, stride),
    groups: wide.dims[0]!,
  });
  const [conv, batchNorm] = names.project;
  const narrow = net.batchNorm(net.conv(worked, conv, { out, kernel: 1 }), batchNorm);
  return stride === 1 && x.dims[0] === out ? net.add(narrow, x, `${name}.add`) : narrow;
}
