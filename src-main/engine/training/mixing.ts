/**
 * Training on blends of examples: mixup (Zhang et al. 2018) and CutMix (Yun et al. 2019), drawn as
 * torchvision.transforms.v2.MixUp and CutMix do. Where the lower part of a network is frozen, what is blended
 * are its features: manifold mixup at the cut (Verma et al. 2019).
 */
import type { TrainSettings } from '../../../src-shared/recipes.ts';
import { size } from '../graph/tensor.ts';
import { type Random, seededRandom } from './random.ts';

export interface Mix {
  /** How much an example counts against the one it is mixed with. */
  readonly share: number;
  /** The rows and columns that come from the other, up to and without `bottom` and `right`; null: all is blended. */
  readonly box: {
    readonly top: number;
    readonly bottom: number;
    readonly left: number;
    readonly right: number;
  } | null;
}

type Alphas = Pick<TrainSettings, 'mixup' | 'cutmix' | 'seed'>;

/** First stream of the seed; each step has one of its own, so that none depends on those before it. */
const mixingStreams = 0x10000;

const hasPlace = (dims: readonly number[]) => dims.length === 3;

/** CutMix needs maps: a vector of features has no place to cut from. @param dims of one example's features */
export const mixes = ({ mixup, cutmix }: Alphas, dims: readonly number[]): boolean =>
  mixup > 0 || (cutmix > 0 && hasPlace(dims));

/** With both settings on, every other batch gets the one or the other, by chance. */
export function drawMix(settings: Alphas, dims: readonly number[], step: number): Mix {
  const { mixup, cutmix, seed } = settings;
  const random = seededRandom(seed, mixingStreams + step);
  const cuts = random() < 0.5;
  const cut = cutmix > 0 && hasPlace(dims) && (mixup === 0 || cuts);
  const share = beta(cut ? cutmix : mixup, random);
  if (!cut) return { share, box: null };
  const [, height, width] = dims as [number, number, number];
  const half = 0.5 * Math.sqrt(1 - share);
  const [x, y] = [Math.floor(random() * width), Math.floor(random() * height)];
  const [halfWidth, halfHeight] = [Math.floor(half * width), Math.floor(half * height)];
  const box = {
    left: Math.max(0, x - halfWidth),
    top: Math.max(0, y - halfHeight),
    right: Math.min(width, x + halfWidth),
    bottom: Math.min(height, y + halfHeight),
  };
  const area = (box.right - box.left) * (box.bottom - box.top);
  return { share: 1 - area / (width * height), box };
}

/**
 * Mixes each example with the one before it.
 *
 * @param rows one example more than there will be: the first is only mixed into the second
 */
export function mixed(rows: Float32Array, dims: readonly number[], { share, box }: Mix) {
  const each = size(dims);
  if (!box) {
    const out = new Float32Array(rows.length - each);
    for (let i = 0; i < out.length; i++) out[i] = share * rows[i + each]! + (1 - share) * rows[i]!;
    return out;
  }
  const out = rows.slice(each);
  const [channels, height, width] = dims as [number, number, number];
  for (let plane = 0; plane < (out.length / each) * channels; plane++) {
    for (let y = box.top; y < box.bottom; y++) {
      const from = (plane * height + y) * width;
      out.set(rows.subarray(from + box.left, from + box.right), from + box.left);
    }
  }
  return out;
}

/** Beta(alpha, alpha), as a ratio of Gamma variates. */
export function beta(alpha: number, random: Random): number {
  const [a, b] = [gamma(alpha, random), gamma(alpha, random)];
  // Both may underflow for a very small alpha: then it is one of the ends.
  return a + b === 0 ? Math.round(random()) : a / (a + b);
}

/** Marsaglia and Tsang 2000, "A simple method for generating gamma variables", with its boost below 1. */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Box and Muller. */
const normal = (random: Random) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
