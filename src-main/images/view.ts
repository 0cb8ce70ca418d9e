/**
 * One augmented view of a picture: what is changed, drawn at random.
 *
 * Ranges and the ways of drawing are those of torchvision.transforms.v2: RandomRotation,
 * RandomResizedCrop, RandomHorizontalFlip, RandomVerticalFlip and ColorJitter (without hue), in this order.
 */
import type { Augmentation } from '../../src-shared/augmentation.ts';
import { type Random, seededRandom } from '../../src-shared/random.ts';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export const colourChanges = ['brightness', 'contrast', 'saturation'] as const;
export type ColourChange = (typeof colourChanges)[number];

export interface View {
  /** Degrees counter-clockwise about the picture's centre. */
  readonly angle: number;
  /** In pixels of the turned picture; null for all of it. */
  readonly crop: Box | null;
  readonly flipX: boolean;
  readonly flipY: boolean;
  /** In the order in which they are made; 1 changes nothing. */
  readonly colours: readonly { readonly change: ColourChange; readonly factor: number }[];
}

/** Width to height of a crop lies between these. */
const ratios = [3 / 4, 4 / 3] as const;
const cropTries = 10;

/**
 * The random numbers of one view: a pure function of the run's seed, the picture's bytes and the
 * number of the view, so that neither the order of the pictures nor an interruption changes any.
 *
 * @param sha256 of the picture's file, in hexadecimal digits @param index from 0
 */
export function viewRandom(seed: number, sha256: string, index: number): Random {
  const word = (at: number) => Number.parseInt(sha256.slice(8 * at, 8 * at + 8), 16);
  return seededRandom(seed ^ word(0), Math.imul(index + 1, 0x85ebca6b) ^ word(1));
}

/** @param size of the picture in pixels, from which the crop is cut */
export function drawView(
  { flips, cropScale, rotation, colourJitter }: Augmentation,
  size: { readonly width: number; readonly height: number },
  random: Random,
): View {
  // Every number is drawn whether it is used or not: turning one setting moves no other.
  const angle = rotation * (2 * random() - 1);
  const [flipX, flipY] = [random() < 0.5, random() < 0.5];
  const factors = colourChanges.map((change) => {
    const lowest = Math.max(0, 1 - colourJitter);
    return { change, factor: lowest + (1 + colourJitter - lowest) * random() };
  });
  const order = shuffledThree(factors, random);
  return {
    angle,
    flipX: flips !== 'none' && flipX,
    flipY: flips === 'both' && flipY,
    colours: colourJitter === 0 ? [] : order,
    crop: cropScale === 1 ? null : drawCrop(cropScale, size, random),
  };
}

function shuffledThree<T>(items: readonly T[], random: Random): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(Math.floor(random() * rest.length), 1)[0]!);
}

/**
 * RandomResizedCrop.make_params: an area between `scale` and 1 times the picture's, uniformly; a ratio
 * between 3:4 and 4:3, uniformly in its logarithm; the first of ten that fits, at any place, else the
 * largest crop in the middle that has an allowed ratio.
 */
export function drawCrop(
  scale: number,
  { width, height }: { readonly width: number; readonly height: number },
  random: Random,
): Box {
  const [low, high] = ratios.map(Math.log) as [number, number];
  for (let attempt = 0; attempt < cropTries; attempt++) {
    const area = width * height * (scale + (1 - scale) * random());
    const ratio = Math.exp(low + (high - low) * random());
    const w = Math.round(Math.sqrt(area * ratio));
    const h = Math.round(Math.sqrt(area / ratio));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    const top = Math.floor(random() * (height - h + 1));
    const left = Math.floor(random() * (width - w + 1));
    return { left, top, width: w, height: h };
  }
  const ratio = width / height;
  const w = ratio > ratios[1] ? Math.round(height * ratios[1]) : width;
  const h = ratio < ratios[0] ? Math.round(width / ratios[0]) : height;
  return {
    left: Math.floor((width - w) / 2),
    top: Math.floor((height - h) / 2),
    width: w,
    height: h,
  };
}
