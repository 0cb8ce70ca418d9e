/** Carrying out a view: from a decoded picture to the pixels that a network sees. */
import sharp from 'sharp';
import { type Augmentation, isPlain } from '../../src-shared/augmentation.ts';
import { changeColour } from './colour-change.ts';
import { open } from './decode.ts';
import { pictureError } from './format.ts';
import { loadRgb } from './pixels.ts';
import { drawView, type View, viewRandom } from './view.ts';

/** Interleaved 8-bit RGB. */
export interface Rgb {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Where a turned picture leaves a corner empty: ImageNet's mean colour, which is about zero to most networks. */
const fill = [124, 116, 104] as const;

/**
 * What all views of a picture are made from. Without cropping it is the network's own square, so that a
 * view which changes nothing is the plain picture to the last bit. With it, it is the whole picture, as
 * small as the smallest crop allows without being enlarged.
 */
export async function decodeForViews(
  path: string,
  size: number,
  { cropScale }: Augmentation,
): Promise<Rgb> {
  if (cropScale === 1) return { width: size, height: size, data: await loadRgb(path, size) };
  const side = Math.ceil(size / Math.sqrt(cropScale));
  try {
    const { data, info } = await open(path)
      .flatten({ background: '#ffffff' })
      .resize(side, side, { fit: 'outside', withoutEnlargement: true, kernel: 'lanczos3' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw await pictureError(path, error);
  }
}

/** Which view of a picture. */
export interface ViewOf {
  readonly augmentation: Augmentation;
  readonly seed: number;
  /** SHA-256 of the picture's file. */
  readonly sha256: string;
  readonly index: number;
}

/** S x S interleaved 8-bit RGB pixels, a pure function of its arguments. */
export async function viewPixels(picture: Rgb, size: number, which: ViewOf): Promise<Uint8Array> {
  const { augmentation, seed, sha256, index } = which;
  if (isPlain(augmentation)) return picture.data;
  return carryOut(picture, size, drawView(augmentation, picture, viewRandom(seed, sha256, index)));
}

export async function carryOut(picture: Rgb, size: number, view: View): Promise<Uint8Array> {
  const turned = view.angle === 0 ? picture : rotated(picture, view.angle);
  const rgb = Uint8Array.from(await square(turned, size, view));
  flip({ width: size, height: size, data: rgb }, view);
  for (const { change, factor } of view.colours) changeColour(rgb, change, factor);
  return rgb;
}

async function square({ width, height, data }: Rgb, size: number, { crop }: View) {
  if (!crop && width === size && height === size) return data;
  const box = crop ?? { left: 0, top: 0, width, height };
  return sharp(data, { raw: { width, height, channels: 3 } })
    .extract(box)
    .resize(size, size, { fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer();
}

/**
 * Turned counter-clockwise about its centre, in a frame of the same size; each pixel is interpolated
 * between the four around the place it came from (bilinear, as torchvision's rotate with that mode), those
 * outside being `fill`.
 */
export function rotated({ width, height, data }: Rgb, degrees: number): Rgb {
  const out = new Uint8Array(data.length);
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const fromX = cos * (x - middleX) - sin * (y - middleY) + middleX;
      const fromY = sin * (x - middleX) + cos * (y - middleY) + middleY;
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [partX, partY] = [fromX - left, fromY - top];
      for (let c = 0; c < 3; c++) {
        const value = (px: number, py: number) =>
          px < 0 || py < 0 || px >= width || py >= height
            ? fill[c]!
            : data[3 * (py * width + px) + c]!;
        const upper = value(left, top) * (1 - partX) + value(left + 1, top) * partX;
        const lower = value(left, top + 1) * (1 - partX) + value(left + 1, top + 1) * partX;
        out[at + c] = Math.round(upper * (1 - partY) + lower * partY);
      }
    }
  }
  return { width, height, data: out };
}

/** Mirrors the pixels where they are. */
function flip({ width, height, data }: Rgb, { flipX, flipY }: View): void {
  const pixels = width * height;
  const swap = (a: number, b: number) => {
    for (let c = 0; c < 3; c++) {
      const kept = data[3 * a + c]!;
      data[3 * a + c] = data[3 * b + c]!;
      data[3 * b + c] = kept;
    }
  };
  if (flipX && flipY) {
    for (let i = 0; i < pixels >> 1; i++) swap(i, pixels - 1 - i);
  } else if (flipX) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width >> 1; x++) swap(y * width + x, y * width + width - 1 - x);
    }
  } else if (flipY) {
    for (let y = 0; y < height >> 1; y++) {
      for (let x = 0; x < width; x++) swap(y * width + x, (height - 1 - y) * width + x);
    }
  }
}
