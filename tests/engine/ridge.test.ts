/** The linear classifier that the advisor judges layers by. */
import { expect, it } from 'vitest';
import { gramOf, recognised } from '../../src-main/engine/advise/probes.ts';
import { ridgeClasses } from '../../src-main/engine/advise/ridge.ts';
import { uniform } from '../helpers/random.ts';

const images = 24;
const x = [...uniform('x', 2 * images)].map((value, i) => value + (i % 4 < 2 ? 1 : 0));
const labels = Array.from({ length: images }, (_, i) => (i + (i % 7 === 0 ? 1 : 0)) % 2);
const train = Array.from({ length: 16 }, (_, i) => i);
const held = Array.from({ length: 8 }, (_, i) => 16 + i);

it('says what ridge regression on the features says', () => {
  // In two dimensions, by the normal equations: w = (X'X + decay * trace * I)^-1 X'y, around the means.
  const mean = (of: (i: number) => number) => train.reduce((sum, i) => sum + of(i), 0) / 16;
  const [mx, my, ml] = [
    mean((i) => x[2 * i]!),
    mean((i) => x[2 * i + 1]!),
    mean((i) => labels[i]!),
  ];
  const at = (i: number) => [x[2 * i]! - mx, x[2 * i + 1]! - my] as const;
  let [a, b, d, p, q] = [0, 0, 0, 0, 0];
  for (const i of train) {
    const [u, v] = at(i);
    const y = labels[i]! - ml;
    [a, b, d, p, q] = [a + u * u, b + u * v, d + v * v, p + u * y, q + v * y];
  }
  const decay = 1e-2 * (a + d);
  const det = (a + decay) * (d + decay) - b * b;
  const w = [((d + decay) * p - b * q) / det, ((a + decay) * q - b * p) / det] as const;
  const expected = held.map((i) => {
    const score = ml + at(i)[0] * w[0] + at(i)[1] * w[1];
    return score > 0.5 ? 1 : 0;
  });
  const data = new Float32Array(images * images);
  for (let i = 0; i < images; i++) {
    for (let j = 0; j < images; j++)
      data[i * images + j] = x[2 * i]! * x[2 * j]! + x[2 * i + 1]! * x[2 * j + 1]!;
  }
  const gram = { rows: images, columns: images, data };
  expect(ridgeClasses(gram, labels, 2, train, held)).toEqual(expected);
  expect(new Set(expected).size).toBe(2);
});

it('recognises what can be told apart, and guesses at what cannot', async () => {
  const classes = 3;
  const rows = 60;
  const kinds = Array.from({ length: rows }, (_, i) => i % classes);
  const noise = uniform('noise', rows * 20);
  const clear = noise.map((value, i) => value + (i % 20 === kinds[Math.floor(i / 20)] ? 4 : 0));
  const share = async (data: Float32Array) => {
    const right = recognised(await gramOf({ rows, columns: 20, data }), kinds, classes);
    return right.filter(Boolean).length / rows;
  };
  expect(await share(clear)).toBe(1);
  expect(await share(noise)).toBeLessThan(0.6);
  // Features that are all alike tell nothing, and are no error.
  expect(await share(new Float32Array(rows * 20))).toBeLessThan(0.5);
});
