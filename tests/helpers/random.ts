/**
 * Numbers that TypeScript and Python (seeded.py, beside this file) draw alike, so that golden numbers
 * can be committed without the weights they belong to.
 *
 * The i-th number of a stream is a hash of its index, so that streams of millions can be drawn at once
 * in numpy: h = murmur3's 32-bit finaliser of (seed + i * 0x9e3779b9 mod 2^32), and the number is
 * low + (high - low) * (h >> 8) / 2^24, computed in float64 and rounded to float32. The seed is the
 * FNV-1a hash (32 bits) of the stream's name.
 */
export function uniform(name: string, count: number, low = -1, high = 1): Float32Array {
  const seed = fnv1a(name);
  const scale = (high - low) / 2 ** 24;
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    out[i] = low + scale * (mix((seed + Math.imul(i, 0x9e3779b9)) >>> 0) >>> 8);
  }
  return out;
}

/** Whole numbers from 0 to limit - 1, for labels. */
export function integers(name: string, count: number, limit: number): number[] {
  return Array.from(uniform(name, count, 0, limit), Math.floor);
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
