/** Computed pictures as instruments make them: cells under a microscope, traces of a signal, sensor noise. */
import type { Random } from '../../../../src-shared/random.ts';
import { clamp, type Field, noise, painted, points } from './paint.ts';
import { between, type LabelledSet, side } from './set.ts';

/** Distance to a segment of a length and a direction around a place. */
function toSegment(cx: number, cy: number, length: number, angle: number): Field {
  const [ux, uy] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => {
    const along = Math.min(length / 2, Math.max(-length / 2, (x - cx) * ux + (y - cy) * uy));
    return Math.hypot(x - cx - along * ux, y - cy - along * uy);
  };
}

type Shape = (random: Random, x: number, y: number) => readonly Field[];
/** Of each kind, what one organism is made of; a radius goes with each distance. */
const organisms: Readonly<Record<string, Shape>> = {
  cocci: (_, x, y) => [toSegment(x, y, 0, 0)],
  rods: (random, x, y) => [toSegment(x, y, 16, between(random, 0, Math.PI))],
  filaments: (random, x, y) => [toSegment(x, y, 70, between(random, 0, Math.PI))],
  pairs(random, x, y) {
    const angle = between(random, 0, 2 * Math.PI);
    return [0, 9].map((by) => toSegment(x + by * Math.cos(angle), y + by * Math.sin(angle), 0, 0));
  },
  clusters: (random, x, y) =>
    Array.from({ length: 6 }, () =>
      toSegment(x + between(random, -9, 9), y + between(random, -9, 9), 0, 0),
    ),
  rings: (_, x, y) => [(px, py) => Math.abs(Math.hypot(px - x, py - y) - 9) + 2.5],
};

/** Stained cells of six shapes on an uneven ground, out of focus by any amount. */
export async function microscopy(): Promise<LabelledSet> {
  const classes = Object.keys(organisms);
  return {
    name: 'microscopy',
    classes,
    picture(label, _index, random) {
      const places = points(random, Math.round(between(random, 5, 14)));
      const parts = places.flatMap(([x, y]) => organisms[classes[label]!]!(random, x, y));
      const radius = between(random, 3.5, 5.5);
      const blur = between(random, 0.6, 3);
      const ground = noise(random, 48);
      const stain = [between(random, 60, 160), between(random, 20, 90), between(random, 90, 190)];
      const light = between(random, 190, 245);
      return painted((x, y) => {
        const nearest = parts.reduce((least, part) => Math.min(least, part(x, y)), Infinity);
        const inside = clamp(0.5 + (radius - nearest) / (2 * blur));
        const bright = light + 18 * ground(x, y) + 10 * (random() - 0.5);
        return stain.map((colour) => bright + (colour - bright) * inside);
      });
    },
  };
}

/** Height from -1 to 1 after so many periods. */
const waves: Readonly<Record<string, (random: Random) => (periods: number) => number>> = {
  sine: () => (t) => Math.sin(2 * Math.PI * t),
  square: () => (t) => (t % 1 < 0.5 ? 0.9 : -0.9),
  saw: () => (t) => 2 * (t % 1) - 1,
  heart: () => (t) => {
    const u = t % 1;
    const bump = (at: number, width: number) => Math.exp(-(((u - at) / width) ** 2));
    return (
      0.2 * bump(0.2, 0.05) +
      1.1 * bump(0.45, 0.02) -
      0.4 * bump(0.5, 0.02) +
      0.3 * bump(0.75, 0.07) -
      0.2
    );
  },
  decaying: () => (t) => Math.exp(-2.5 * (t % 2)) * Math.sin(2 * Math.PI * 3 * t),
  steps(random) {
    const levels = Array.from({ length: 64 }, () => between(random, -1, 1));
    return (t) => levels[Math.floor(2 * t) % levels.length]!;
  },
};

/** Traces of six kinds of signals on a grid, in any two colours, under noise. */
export async function waveforms(): Promise<LabelledSet> {
  const classes = Object.keys(waves);
  return {
    name: 'waveforms',
    classes,
    picture(label, _index, random) {
      const wave = waves[classes[label]!]!(random);
      const [periods, phase] = [between(random, 2, 6), between(random, 0, 1)];
      const [height, loud] = [between(random, 0.2, 0.4) * side, between(random, 0, 0.12)];
      const heights = Array.from(
        { length: side + 1 },
        (_, x) =>
          side / 2 - height * (wave(phase + (periods * x) / side) + loud * (2 * random() - 1)),
      );
      const dark = random() < 0.5;
      const [ground, ink] = dark ? [between(random, 0, 60), 230] : [between(random, 200, 255), 40];
      const tint = [0, 1, 2].map(() => between(random, 0.6, 1));
      const grid = Math.round(between(random, 12, 28));
      return painted((x, y) => {
        const [a, b] = [heights[x]!, heights[x + 1]!];
        const away = Math.max(Math.min(a, b) - y, y - Math.max(a, b), 0);
        const line = clamp(1.8 - away);
        const base = x % grid === 0 || y % grid === 0 ? ground + (dark ? 25 : -25) : ground;
        return tint.map((share) => base + (ink * (dark ? share : 1) - base) * line);
      });
    },
  };
}

/** Deviations of a sensor's pixels, of about the same strength. */
const noises: Readonly<Record<string, (random: Random) => Field>> = {
  white: (random) => () => 1.7 * (2 * random() - 1),
  salt: (random) => () => (random() < 0.12 ? (random() < 0.5 ? -3 : 3) : 0),
  rows(random) {
    const offsets = Float32Array.from({ length: side }, () => 1.7 * (2 * random() - 1));
    return (_x, y) => offsets[y]!;
  },
  columns(random) {
    const offsets = Float32Array.from({ length: side }, () => 1.7 * (2 * random() - 1));
    return (x) => offsets[x]!;
  },
  blotches(random) {
    const field = noise(random, 5);
    return (x, y) => 2.2 * field(x, y);
  },
  blocks(random) {
    const offsets = Float32Array.from({ length: 24 * 24 }, () => 1.7 * (2 * random() - 1));
    return (x, y) => offsets[24 * Math.floor(y / 6) + Math.floor(x / 6)]!;
  },
};

/** Smooth scenes of any colours under six kinds of noise, from faint to strong. */
export async function sensors(): Promise<LabelledSet> {
  const classes = Object.keys(noises);
  return {
    name: 'sensors',
    classes,
    picture(label, _index, random) {
      const deviation = noises[classes[label]!]!(random);
      const scene = [0, 1, 2].map(() => noise(random, 60));
      const strength = between(random, 2, 14);
      const level = between(random, 70, 185);
      return painted((x, y) => {
        const by = strength * deviation(x, y);
        return scene.map((field) => level + 60 * field(x, y) + by);
      });
    },
  };
}
