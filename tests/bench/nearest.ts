/**
 * How long the nearest of many pictures take to find, exactly:
 *
 *     npm run -s bench -- nearest [pictures] [features]
 *
 * 100,000 pictures of 1280 features each unless told otherwise, as EfficientNet-Lite0 and MobileNetV2 give them. Drawn
 * around a middle, for features are alike too.
 */
import { Embedding } from '../../src-main/engine/assist/embedding.ts';
import { nearest } from '../../src-main/engine/assist/nearest.ts';
import { uniform } from '../helpers/random.ts';
import { median, print, quantile } from './helpers/print.ts';

const [pictures = 100_000, features = 1280] = process.argv.slice(2).map(Number);
const wanted = 200;

const embedding = new Embedding(features);
const middle = uniform('middle', features, 0, 1);
const grain = uniform('grain', 65_537);
for (let i = 0; i < pictures; i++) {
  const from = (i * 7919) % grain.length;
  const row = middle.map((value, f) =>
    Math.max(0, value + grain[(from + f * (1 + (i % 13))) % grain.length]!),
  );
  embedding.add(i + 1, row);
}

/** The same without a library, one after the other. */
function plainly(direction: Float32Array): number[] {
  const similarity = new Float64Array(pictures);
  for (let row = 0; row < pictures; row++) {
    const values = embedding.row(row);
    let sum = 0;
    for (let f = 0; f < features; f++) sum += values[f]! * direction[f]!;
    similarity[row] = sum;
  }
  return Array.from(similarity, (_, row) => row)
    .sort((a, b) => similarity[b]! - similarity[a]!)
    .slice(0, wanted);
}

const times: number[] = [];
for (let round = 0; round < 20; round++) {
  const like = embedding.row((round * 4973) % pictures);
  const began = performance.now();
  await nearest(embedding, like, wanted);
  times.push(performance.now() - began);
}
const like = embedding.row(12_345 % pictures);
const began = performance.now();
const expected = plainly(like);
const plain = performance.now() - began;
const found = await nearest(embedding, like, wanted);
const missed = expected.filter((row) => !found.some(({ id }) => id === row + 1)).length;
print({ name: 'nearest-median', value: median(times.slice(3)), unit: 'ms', atMost: 50 });
print({ name: 'nearest-p95', value: quantile(times.slice(3), 0.95), unit: 'ms' });
print({ name: 'plain-loop', value: plain, unit: 'ms' });
print({ name: 'missed', value: missed, unit: `of ${wanted}`, atMost: 0 });
