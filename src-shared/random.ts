/** Random numbers that are the same everywhere for the same seed. */

/** Uniform in [0, 1), with 32 bits of resolution. */
export type Random = () => number;

/** The four words of a generator. */
export type RandomState = readonly number[];

/** One whose place in its sequence can be kept. */
export interface SeededRandom extends Random {
  readonly state: () => RandomState;
}

/**
 * xoshiro128** 1.1 (Blackman and Vigna, https://prng.di.unimi.it), its four words of state filled from
 * the seed by splitmix32.
 *
 * @param seed an integer; its low 32 bits count
 * @param stream keeps uses apart, so that one more draw for one does not change another
 * @param from a state that it had: the same numbers follow as did then
 */
export function seededRandom(seed: number, stream: number, from?: RandomState): SeededRandom {
  let mix = (Math.imul(stream, 0x9e3779b1) ^ seed) | 0;
  const word = () => {
    mix = (mix + 0x9e3779b9) | 0;
    let z = mix ^ (mix >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let [a, b, c, d] = (from ?? [word(), word(), word(), word()]) as [number, number, number, number];
  const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by));
  const draw = () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return (result >>> 0) / 2 ** 32;
  };
  return Object.assign(draw, { state: () => [a, b, c, d] });
}
