import { expect, it, onTestFinished } from 'vitest';
import { neighboursOf } from '../../src-main/engine/assist/neighbours.ts';
import { principalPlane } from '../../src-main/engine/assist/principal.ts';
import { place, project } from '../../src-main/engine/assist/projection.ts';
import { EngineHost } from '../../src-main/engine/host.ts';
import type { MapPoints, Progress } from '../../src-main/engine/protocol.ts';
import { seededRandom } from '../../src-main/engine/training/random.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { shapesJob } from '../helpers/shapes-job.ts';

const columns = 20;
/** Rows of length one around three directions, one kind after the other. */
function threeKinds(each: number) {
  const random = seededRandom(3, 3);
  const data = new Float32Array(3 * each * columns);
  for (let i = 0; i < 3 * each; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns);
    for (let f = 0; f < columns; f++) row[f] = 0.4 * (random() - 0.5);
    row[Math.floor(i / each)]! += 1;
    const length = Math.hypot(...row);
    for (let f = 0; f < columns; f++) row[f]! /= length;
  }
  return { rows: 3 * each, columns, data };
}
const options = (progress: { done: number; total: number }[] = []) => ({
  signal: new AbortController().signal,
  report: (one: { done: number; total: number }) => void progress.push(one),
});
const distance = (map: Float32Array, a: number, b: number) =>
  Math.hypot(map[2 * a]! - map[2 * b]!, map[2 * a + 1]! - map[2 * b + 1]!);

it('finds the nearest rows, never the row itself', async () => {
  const rows = threeKinds(40);
  const self = Array.from({ length: rows.rows }, (_, i) => i);
  const cosine = (a: number, b: number) => {
    let sum = 0;
    for (let f = 0; f < columns; f++)
      sum += rows.data[a * columns + f]! * rows.data[b * columns + f]!;
    return sum;
  };
  const near = await neighboursOf([rows], rows, self, 6);
  for (const i of [0, 41, 119]) {
    const expected = self
      .filter((j) => j !== i)
      .toSorted((a, b) => cosine(i, b) - cosine(i, a))
      .slice(0, 6);
    expect([...near.rows.subarray(6 * i, 6 * i + 6)]).toEqual(expected);
  }
  expect((await neighboursOf([rows], rows, self, 500)).count).toBe(119);
});

it('has the plane in which rows differ most', async () => {
  // Along one axis ten times as far as along the second, and hardly along the others; away from nought.
  const random = seededRandom(1, 2);
  const data = Float32Array.from({ length: 200 * 4 }, (_, i) => {
    const stretch = [0.1, 10, 1, 0.1][i % 4]!;
    return 5 + stretch * (random() - 0.5);
  });
  const plane = await principalPlane({ rows: 200, columns: 4, data });
  for (const [axis, column] of [1, 2].entries()) {
    const found = Array.from({ length: 200 }, (_, i) => plane.data[2 * i + axis]!);
    const truth = Array.from({ length: 200 }, (_, i) => data[4 * i + column]! - 5);
    const mean = truth.reduce((a, b) => a + b) / 200;
    const same = found.reduce((sum, x, i) => sum + x * (truth[i]! - mean), 0);
    const lengths = Math.hypot(...found) * Math.hypot(...truth.map((x) => x - mean));
    expect(Math.abs(same / lengths)).toBeGreaterThan(0.98);
    expect(found.reduce((a, b) => a + b)).toBeCloseTo(0, 1);
  }
});

it('lays likes together, within a square, the same way each time', async () => {
  const rows = threeKinds(40);
  const progress: { done: number; total: number }[] = [];
  const map = await project(rows, options(progress));
  for (let i = 0; i < rows.rows; i++) {
    const nearest = Array.from({ length: rows.rows }, (_, j) => j)
      .filter((j) => j !== i)
      .toSorted((a, b) => distance(map, i, a) - distance(map, i, b))
      .slice(0, 5);
    for (const j of nearest) expect(Math.floor(j / 40)).toBe(Math.floor(i / 40));
  }
  expect(Math.max(...map.map(Math.abs))).toBeCloseTo(1, 5);
  expect(progress.at(-1)).toEqual({ done: 100, total: 100 });
  expect(await project(rows, options())).toEqual(map);
});

it('draws few pictures too, and none', async () => {
  for (const count of [0, 1, 2, 4, 5, 8]) {
    const { data } = threeKinds(40);
    const rows = { rows: count, columns, data: data.slice(0, count * columns) };
    const map = await project(rows, options());
    expect(map).toHaveLength(2 * count);
    expect([...map].every(Number.isFinite)).toBe(true);
  }
});

it('places a copy where the other one lies, and others between what they are like', async () => {
  const rows = threeKinds(40);
  const map = await project(rows, options());
  const some = {
    rows: 2,
    columns,
    data: Float32Array.of(
      ...rows.data.subarray(7 * columns, 8 * columns),
      ...rows.data.subarray(90 * columns, 91 * columns),
    ),
  };
  const placed = await place([some], 2, rows, map, options());
  expect(placed[0]).toBeCloseTo(map[14]!, 2);
  expect(placed[3]).toBeCloseTo(map[181]!, 2);
});

it('is drawn by the engine, grows, and can be stopped', async () => {
  const host = new EngineHost();
  onTestFinished(() => host.close());
  const { backbone, features, examples } = await shapesJob(await temporaryFolder(), 8);
  const embed = (pictures: typeof examples) =>
    host.run({ kind: 'embed', backbone, features, rows: 0, anew: false, pictures });
  const first = (await embed(examples.slice(0, 20)))!;
  const ask = (rows: number, known: MapPoints | null, signal?: AbortSignal) =>
    host.run(
      { kind: 'map', embedding: first.embedding, rows, known },
      { onProgress: (progress) => seen.push(progress), ...(signal && { signal }) },
    );
  const seen: Progress[] = [];
  const map = (await ask(20, null))!;
  expect([...map.ids]).toEqual(examples.slice(0, 20).map(({ imageId }) => imageId));
  expect(map.projected).toBe(20);
  expect(seen.at(-1)).toMatchObject({ kind: 'map', done: 100, total: 100 });

  await embed(examples);
  const grown = (await ask(24, map))!;
  expect([...grown.points.subarray(0, 40)]).toEqual([...map.points]);
  expect(grown.ids).toHaveLength(24);
  expect(grown.projected).toBe(20);

  const stop = new AbortController();
  const stopped = ask(24, null, stop.signal);
  stop.abort();
  await expect(stopped).rejects.toMatchObject({ state: 'cancelled' });
});
