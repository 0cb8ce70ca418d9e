/** Pictures that are computed: textures, and spectrograms of sounds. */
import sharp from 'sharp';
import type { Random } from '../../../../src-shared/random.ts';
import { between, type LabelledSet, side } from './set.ts';

type Field = (x: number, y: number) => number;

/** Smooth noise on a grid of random values, -1 to 1. */
function noise(random: Random, cell: number): Field {
  const cells = Math.ceil((2 * side) / cell) + 2;
  const values = Float32Array.from({ length: cells * cells }, () => 2 * random() - 1);
  const at = (i: number, j: number) => values[(j % cells) * cells + (i % cells)]!;
  return (x, y) => {
    const [u, v] = [(x + side / 2) / cell, (y + side / 2) / cell];
    const [i, j] = [Math.max(0, Math.floor(u)), Math.max(0, Math.floor(v))];
    const [a, b] = [ease(u - i), ease(v - j)];
    const top = at(i, j) * (1 - a) + at(i + 1, j) * a;
    const bottom = at(i, j + 1) * (1 - a) + at(i + 1, j + 1) * a;
    return top * (1 - b) + bottom * b;
  };
}
const ease = (t: number) => t * t * (3 - 2 * t);

function points(random: Random, count: number): readonly (readonly [number, number])[] {
  return Array.from({ length: count }, () => [side * random(), side * random()] as const);
}

/** Distances to the nearest and the second nearest point. */
function nearestTwo(of: readonly (readonly [number, number])[], x: number, y: number) {
  let [first, second] = [Infinity, Infinity];
  for (const [px, py] of of) {
    const d = Math.hypot(px - x, py - y);
    if (d < first) [first, second] = [d, first];
    else if (d < second) second = d;
  }
  return [first, second] as const;
}

const textureKinds: Readonly<Record<string, (random: Random) => Field>> = {
  stripes(random) {
    const wave = between(random, 9, 22);
    const angle = between(random, 0, Math.PI);
    const bend = noise(random, 40);
    return (x, y) =>
      Math.sin((x * Math.cos(angle) + y * Math.sin(angle) + 9 * bend(x, y)) * (6.28 / wave));
  },
  rings(random) {
    const wave = between(random, 9, 22);
    const [cx, cy] = [between(random, -40, side + 40), between(random, -40, side + 40)];
    const bend = noise(random, 40);
    return (x, y) => Math.sin((Math.hypot(x - cx, y - cy) + 9 * bend(x, y)) * (6.28 / wave));
  },
  clouds(random) {
    const layers = [48, 24, 12].map((cell) => [noise(random, cell), cell / 48] as const);
    return (x, y) => layers.reduce((sum, [layer, share]) => sum + share * layer(x, y), 0);
  },
  grain(random) {
    const layers = [24, 12, 6].map((cell) => [noise(random, cell), 6 / cell + 0.3] as const);
    return (x, y) => layers.reduce((sum, [layer, share]) => sum + share * layer(x, y), 0) / 1.5;
  },
  cells(random) {
    const centres = points(random, Math.floor(between(random, 25, 60)));
    return (x, y) => {
      const [first, second] = nearestTwo(centres, x, y);
      return second - first < 3 ? -1 : 0.6;
    };
  },
  dots(random) {
    const centres = points(random, Math.floor(between(random, 25, 60)));
    const radius = between(random, 4, 8);
    return (x, y) => (nearestTwo(centres, x, y)[0] < radius ? 1 : -0.6);
  },
};

/** Six kinds of patterns in any two colours, at any scale and angle, under noise. */
export async function textures(): Promise<LabelledSet> {
  const classes = Object.keys(textureKinds);
  return {
    name: 'textures',
    classes,
    picture: (label, _index, random) => {
      const field = textureKinds[classes[label]!]!(random);
      const [a, b] = [colour(random), colour(random)];
      const noisy = between(random, 0.1, 0.5);
      return painted((x, y) => {
        const share = clamp(0.5 + 0.35 * field(x, y) + noisy * (random() - 0.5));
        return [0, 1, 2].map((c) => a[c]! + (b[c]! - a[c]!) * share);
      });
    },
  };
}

const colour = (random: Random) => [0, 1, 2].map(() => between(random, 0, 255));
const clamp = (value: number) => Math.min(1, Math.max(0, value));

/** Phase of each kind of sound at a time from 0 to 1, at a pitch in cycles per window. */
const soundKinds: Readonly<Record<string, (random: Random) => (t: number) => number>> = {
  rising(random) {
    const [from, by] = [between(random, 200, 1000), between(random, 600, 1800)];
    return (t) => Math.sin(6.2832 * (from * t + (by / 2) * t * t));
  },
  falling(random) {
    const [from, by] = [between(random, 1400, 3000), between(random, 600, 1200)];
    return (t) => Math.sin(6.2832 * (from * t - (by / 2) * t * t));
  },
  vibrato(random) {
    const [pitch, rate] = [between(random, 700, 2500), between(random, 3, 8)];
    const depth = between(random, 15, 40);
    return (t) => Math.sin(6.2832 * pitch * t + depth * Math.sin(6.2832 * rate * t));
  },
  tremolo(random) {
    const [pitch, rate] = [between(random, 700, 2500), between(random, 3, 8)];
    return (t) => Math.sin(6.2832 * pitch * t) * (0.5 + 0.5 * Math.sin(6.2832 * rate * t));
  },
  chord(random) {
    const pitch = between(random, 300, 700);
    return (t) =>
      [1, 2, 3, 4, 5].reduce((sum, k) => sum + Math.sin(6.2832 * pitch * k * t) / k, 0) / 1.5;
  },
  clicks(random) {
    const every = between(random, 0.05, 0.16);
    return (t) => (t % every < 0.0006 ? 4 : 0);
  },
};

const samples = 8192;
const window = 256;
const frames = 96;

/** Grey spectrograms: time to the right, pitch upwards, under noise of any strength. */
export async function spectrograms(): Promise<LabelledSet> {
  const classes = Object.keys(soundKinds);
  return {
    name: 'spectrograms',
    classes,
    picture: (label, _index, random) => {
      const sound = soundKinds[classes[label]!]!(random);
      const loud = between(random, 0.2, 1.6);
      const heard = Float32Array.from(
        { length: samples },
        (_, i) => sound(i / samples) + loud * (2 * random() - 1),
      );
      const power = Array.from({ length: frames }, (_, frame) =>
        spectrum(heard, Math.floor((frame * (samples - window)) / (frames - 1))),
      );
      return painted((x, y) => {
        const frame = Math.floor((x * frames) / side);
        const bin = Math.floor(((side - 1 - y) * (window / 2)) / side);
        const grey = 255 * clamp((Math.log10(power[frame]![bin]! + 1e-3) + 1.2) / 4);
        return [grey, grey, grey];
      });
    },
  };
}

const cosines = Float64Array.from({ length: window }, (_, i) =>
  Math.cos((6.283185307 * i) / window),
);
const sines = Float64Array.from({ length: window }, (_, i) => Math.sin((6.283185307 * i) / window));

/** Power of half a window's frequencies, through Hann's window. */
function spectrum(signal: Float32Array, from: number): Float64Array {
  const power = new Float64Array(window / 2);
  for (let k = 0; k < power.length; k++) {
    let [re, im] = [0, 0];
    for (let i = 0; i < window; i++) {
      const value = signal[from + i]! * (0.5 - 0.5 * cosines[i]!);
      re += value * cosines[(k * i) % window]!;
      im -= value * sines[(k * i) % window]!;
    }
    power[k] = (re * re + im * im) / window;
  }
  return power;
}

function painted(pixel: (x: number, y: number) => readonly number[]): Promise<Buffer> {
  const rgb = new Uint8ClampedArray(3 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) rgb.set(pixel(x, y), 3 * (y * side + x));
  }
  return sharp(rgb, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}
