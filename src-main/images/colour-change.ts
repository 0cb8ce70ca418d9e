/**
 * Brightness, contrast and saturation of 8-bit RGB pixels as torchvision.transforms.v2.functional changes
 * them (adjust_brightness, adjust_contrast, adjust_saturation on uint8): a blend with black, with the mean
 * of the grey picture, or with the grey picture, cut off to 0 .. 255 and rounded down.
 */
import type { ColourChange } from './view.ts';

/** Rec. 601 luma, rounded down. */
const grey = (rgb: Uint8Array, at: number) =>
  Math.floor(0.2989 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!);

/** Changes the pixels where they are. @param rgb interleaved @param factor 1 leaves them; 0 is black, or grey */
export function changeColour(rgb: Uint8Array, change: ColourChange, factor: number): void {
  if (change === 'saturation') {
    for (let at = 0; at < rgb.length; at += 3) {
      const other = (1 - factor) * grey(rgb, at);
      for (let c = at; c < at + 3; c++) rgb[c] = byte(factor * rgb[c]! + other);
    }
    return;
  }
  // The same for every pixel: a table.
  const other = change === 'contrast' ? (1 - factor) * meanGrey(rgb) : 0;
  const table = Uint8Array.from({ length: 256 }, (_, v) => byte(factor * v + other));
  for (let at = 0; at < rgb.length; at++) rgb[at] = table[rgb[at]!]!;
}

function meanGrey(rgb: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < rgb.length; at += 3) sum += grey(rgb, at);
  return sum / (rgb.length / 3);
}

const byte = (value: number) => Math.trunc(Math.min(255, Math.max(0, value)));
