/** Computed textures. */
import type { Random } from '../../../../src-shared/random.ts';
import { clamp, colour, type Field, nearestTwo, noise, painted, points } from './paint.ts';
import { between, type LabelledSet, side } from './set.ts';

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
