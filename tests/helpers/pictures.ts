import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** A picture of seeded noise: the same seed gives the same pixels, another seed gives others. */
export function noise(width: number, height: number, seed = 0): Sharp {
  const bytes = Buffer.alloc(3 * width * height);
  let state = seed + 1;
  for (let i = 0; i < bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return sharp(bytes, { raw: { width, height, channels: 3 } });
}

/** A small PNG file that claims to hold 100,000 x 100,000 pixels. */
export function withHugeHeader(png: Buffer): Buffer {
  const huge = Buffer.from(png);
  huge.writeUInt32BE(100_000, 16);
  huge.writeUInt32BE(100_000, 20);
  huge.writeUInt32BE(crc32(huge.subarray(12, 29)), 29);
  return huge;
}
