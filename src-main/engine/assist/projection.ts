/**
 * A map of the pictures: rows of many features as points in a plane, so that likes lie together.
 *
 * UMAP (McInnes, Healy and Melville, 2018), by the library umap-js. Its nearest neighbours are exact and come from
 * here, which is quicker than its own search in 1,280 dimensions; and it begins from the principal components
 * instead of from random places, so that what is far apart on the map is so in the features too (Kobak and
 * Linderman, Initialization is critical for preserving global data structure in both t-SNE and UMAP, Nature
 * Biotechnology 39, 2021).
 */
import { setImmediate as othersFirst } from 'node:timers/promises';
import { UMAP } from 'umap-js';
import { seededRandom } from '../training/random.ts';
import type { Matrix } from './algebra.ts';
import { type Neighbours, neighboursOf } from './neighbours.ts';
import { principalPlane } from './principal.ts';

/** UMAP's own default; a row counts among its neighbours there. */
const neighbours = 15;
/** More change little that a person could see. */
const epochs = 200;
/** How near to one another points may come, in units of the layout: room for thumbnails (UMAP's default is 0.1). */
const nearest = 0.25;
/** With fewer there is no neighbourhood: their principal components are the map. */
const fewest = 5;
const seed = 1;
/** Stream of the seed. */
const drawing = 15;
/** As umap-learn begins: the longer side of the plane, in units of the layout. */
const beginning = 20;
/** A row that is placed among others lies between so many. */
const between = 5;

export interface Progress {
  readonly done: number;
  readonly total: number;
}

interface Options {
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
}

/**
 * x and y of each row, one after the other, centred, the farthest coordinate at 1 or -1. The same each time for the
 * same rows. Looks at the signal between its steps.
 *
 * @param rows each of length one
 */
export async function project(rows: Matrix, { signal, report }: Options): Promise<Float32Array> {
  const plane = await principalPlane(rows);
  if (rows.rows < fewest) return withinOne(plane.data);
  // Neighbours and layout take about as long as one another on ten thousand pictures.
  const total = 100;
  const near = await neighboursOf(
    [rows],
    rows,
    Array.from({ length: rows.rows }, (_, i) => i),
    Math.min(neighbours, rows.rows - 1) - 1, // the library wants more points than neighbours
    (done) => {
      signal.throwIfAborted();
      report({ done: Math.floor((total / 2) * (done / rows.rows)), total });
    },
  );
  const umap = begun(near, rows.rows);
  umap.initializeFit(Array.from({ length: rows.rows }, () => []));
  const layout = umap.getEmbedding();
  const start = withinOne(plane.data);
  for (const [i, point] of layout.entries()) {
    point[0] = (beginning / 2) * start[2 * i]!;
    point[1] = (beginning / 2) * start[2 * i + 1]!;
  }
  for (let epoch = 1; epoch <= epochs; epoch++) {
    umap.step();
    report({ done: Math.floor((total / 2) * (1 + epoch / epochs)), total });
    await othersFirst();
    signal.throwIfAborted();
  }
  return withinOne(withoutGaps(Float32Array.from(layout.flat())));
}

function begun({ count, rows, cosines }: Neighbours, points: number): UMAP {
  const umap = new UMAP({
    nNeighbors: count + 1,
    nEpochs: epochs,
    minDist: nearest,
    random: seededRandom(seed, drawing),
  });
  const indices: number[][] = [];
  const distances: number[][] = [];
  for (let i = 0; i < points; i++) {
    const own = cosines.subarray(i * count, (i + 1) * count);
    indices.push([i, ...rows.subarray(i * count, (i + 1) * count)]);
    distances.push([0, ...Array.from(own, (cosine) => Math.max(0, 1 - cosine))]);
  }
  umap.setPrecomputedKNN(indices, distances);
  return umap;
}

/**
 * Places rows among others that are on a map already: between the five nearest, the nearer the stronger.
 *
 * @param map x and y of the rows of `reference`
 */
export async function place(
  blocks: Iterable<Matrix>,
  count: number,
  reference: Matrix,
  map: Float32Array,
  { signal, report }: Options,
): Promise<Float32Array> {
  const none = new Int32Array(count).fill(-1);
  const near = await neighboursOf(blocks, reference, none, between, (done) => {
    signal.throwIfAborted();
    report({ done, total: count });
  });
  const placed = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let n = i * near.count; n < (i + 1) * near.count; n++) {
      // A copy lies where the other lies.
      const weight = 1 / (1e-4 + Math.max(0, 1 - near.cosines[n]!));
      sum += weight;
      placed[2 * i]! += weight * map[2 * near.rows[n]!]!;
      placed[2 * i + 1]! += weight * map[2 * near.rows[n]! + 1]!;
    }
    if (sum === 0) continue;
    placed[2 * i]! /= sum;
    placed[2 * i + 1]! /= sum;
  }
  return placed;
}

/** The widest empty strip across a map, in parts of what it is wide without them. */
const widest = 0.04;

/**
 * Draws islands nearer: how far they lie apart says nothing in UMAP, and what is between them is lost to the eye.
 * On each axis the order stays, and no two neighbours are farther apart than a strip.
 */
function withoutGaps(points: Float32Array): Float32Array {
  const moved = points.slice();
  for (const axis of [0, 1]) {
    const order = Array.from({ length: points.length / 2 }, (_, i) => i);
    const at = (i: number) => points[2 * i + axis]!;
    order.sort((a, b) => at(a) - at(b));
    const [low, high] = [0.05, 0.95].map((share) => at(order[Math.floor(share * order.length)]!));
    const strip = widest * (high! - low!);
    let shift = 0;
    for (const [place, i] of order.entries()) {
      const gap = place === 0 ? 0 : at(i) - at(order[place - 1]!);
      shift += Math.max(0, gap - strip);
      moved[2 * i + axis]! -= shift;
    }
  }
  return moved;
}

function withinOne(points: Float32Array): Float32Array {
  const middle = [0, 1].map((axis) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = axis; i < points.length; i += 2) {
      low = Math.min(low, points[i]!);
      high = Math.max(high, points[i]!);
    }
    return (low + high) / 2;
  });
  const moved = points.map((value, i) => value - middle[i % 2]!);
  const most = moved.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return most === 0 ? moved : moved.map((value) => value / most);
}
