/** How to stretch the contrast of a picture: what is added to every channel after it was multiplied. */
export interface Stretch {
  readonly slope: number;
  readonly intercept: number;
}

/**
 * From the brightness that 1 % of the pixels are below to the one that 1 % are above, to black and white.
 * @param pixels RGBA, as a canvas gives them
 */
export function stretchOf(pixels: Uint8ClampedArray): Stretch {
  const counts = new Uint32Array(256);
  for (let i = 0; i < pixels.length; i += 4) {
    const luma = 0.299 * pixels[i]! + 0.587 * pixels[i + 1]! + 0.114 * pixels[i + 2]!;
    counts[Math.round(luma)]!++;
  }
  const beyond = pixels.length / 4 / 100;
  let low = 0;
  for (let sum = counts[0]!; sum <= beyond && low < 255; sum += counts[low]!) low++;
  let high = 255;
  for (let sum = counts[255]!; sum <= beyond && high > 0; sum += counts[high]!) high--;
  if (high - low < 2) return { slope: 1, intercept: 0 };
  return { slope: 255 / (high - low), intercept: -low / (high - low) };
}

/** A moderate stretch about the middle, for a picture whose pixels cannot be read. */
const unseen: Stretch = { slope: 1.5, intercept: -0.25 };

/** The same of a loaded image, looked at in small. */
export function stretchOfImage(image: HTMLImageElement): Stretch {
  const side = 96;
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return unseen;
  context.drawImage(image, 0, 0, side, side);
  try {
    return stretchOf(context.getImageData(0, 0, side, side).data);
  } catch (error) {
    // Pictures may come from another origin than the page: through a tunnel, or to a window that is elsewhere.
    if (error instanceof DOMException && error.name === 'SecurityError') return unseen;
    throw error;
  }
}
