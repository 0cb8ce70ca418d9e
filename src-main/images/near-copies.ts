/**
 * Which pictures are copies of one another, saved, scaled or slightly cropped anew. Made to be sure rather
 * than complete: pictures that only look alike stay apart. Measured in docs/assist.md.
 */
import { fingerprintSide as side } from './fingerprint.ts';

export interface Fingerprint {
  readonly id: number;
  /** Brightness: fingerprint.ts. */
  readonly cells: Uint8Array;
  /** Colours: placeholder.ts. */
  readonly colours: Uint8Array;
}

/** Of the same frame: correlation of brightness, and mean difference of colour (of 255). */
const sameFrame = { correlation: 0.993, colour: 5 };
/** Of a frame within the other: the best correlation of any, and what cropping does to the colours. */
const cropped = { correlation: 0.98, colour: 13, apart: 0.97 };
/** Below this, no window brings two pictures together. */
const hopeless = 0.5;
/** The same for the means of rows and of columns, which are compared first. */
const hopelessProfile = 0.95;
/** Mean brightness of copies differs by less. */
const brightness = 12;
/** Pictures of one colour have no brightness that could correlate. */
const flat = 4;
/** Shares of width and height that are left of a picture that was slightly cropped. */
const windows = [0.98, 0.96, 0.94, 0.92, 0.9];
const places = [0, 0.5, 1];

interface Prepared extends Fingerprint {
  readonly mean: number;
  /** Root of the sum of squared differences from the mean. */
  readonly spread: number;
  /** Mean brightness of each column and of each row. */
  readonly columns: Float32Array;
  readonly rows: Float32Array;
}

/**
 * Groups of two or more, each sorted; copies of copies are in one group. The smallest id first.
 *
 * Compares pairs of like brightness, cheapest test first: some seconds for 100,000 pictures.
 */
export function nearCopies(pictures: readonly Fingerprint[]): number[][] {
  const sorted = pictures.map(prepare).toSorted((a, b) => a.mean - b.mean);
  const parent = new Map<number, number>();
  const root = (id: number): number => {
    let at = id;
    for (let up = parent.get(at); up !== undefined; up = parent.get(at)) at = up;
    return at;
  };
  for (const [i, a] of sorted.entries()) {
    for (let j = i + 1; j < sorted.length && sorted[j]!.mean - a.mean < brightness; j++) {
      const b = sorted[j]!;
      if (!areCopies(a, b)) continue;
      const [one, other] = [root(a.id), root(b.id)];
      if (one !== other) parent.set(Math.max(one, other), Math.min(one, other));
    }
  }
  const groups = new Map<number, number[]>();
  for (const { id } of pictures) {
    const first = root(id);
    groups.set(first, [...(groups.get(first) ?? []), id]);
  }
  return [...groups.values()]
    .filter(({ length }) => length > 1)
    .map((ids) => ids.toSorted((a, b) => a - b))
    .toSorted(([a], [b]) => a! - b!);
}

function prepare(picture: Fingerprint): Prepared {
  const { cells } = picture;
  const mean = cells.reduce((sum, value) => sum + value, 0) / cells.length;
  const spread = Math.sqrt(cells.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  const columns = new Float32Array(side);
  const rows = new Float32Array(side);
  for (const [i, value] of cells.entries()) {
    columns[i % side]! += value / side;
    rows[Math.floor(i / side)]! += value / side;
  }
  return { ...picture, mean, spread, columns, rows };
}

function areCopies(a: Prepared, b: Prepared): boolean {
  const colour = colourDifference(a.colours, b.colours, cropped.colour);
  if (colour > cropped.colour) return false;
  if (a.spread < flat * side || b.spread < flat * side) {
    return a.spread < flat * side && b.spread < flat * side && colour <= 1;
  }
  const correlation = correlationOf(a.cells, b.cells);
  if (correlation >= sameFrame.correlation && colour <= sameFrame.colour) return true;
  if (correlation < hopeless || correlation > cropped.apart) return false;
  return isWindowOf(a, b) || isWindowOf(b, a);
}

/** Mean difference of the colours; gives up beyond `limit`. */
function colourDifference(a: Uint8Array, b: Uint8Array, limit: number): number {
  const most = limit * a.length;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += Math.abs(a[i]! - b[i]!);
    if (sum > most) return Number.POSITIVE_INFINITY;
  }
  return sum / a.length;
}

/** Pearson's; 0 when one of the two does not vary. */
function correlationOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const { length } = a;
  let [sumA, sumB, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let i = 0; i < length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    sumA += x;
    sumB += y;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  const spread = Math.sqrt((aa - (sumA * sumA) / length) * (bb - (sumB * sumB) / length));
  return spread > 0 ? (ab - (sumA * sumB) / length) / spread : 0;
}

/**
 * Is the one what a part of the other looks like? Where that part would lie is told by the means of the
 * columns and of the rows, each for itself; only there the cells are compared.
 */
function isWindowOf(inner: Prepared, whole: Prepared): boolean {
  return windows.some((share) => {
    const left = bestPlace(inner.columns, whole.columns, share);
    if (left === null) return false;
    const top = bestPlace(inner.rows, whole.rows, share);
    if (top === null) return false;
    return (
      correlationOf(windowOf(whole.cells, left, top, share), inner.cells) >= cropped.correlation
    );
  });
}

/** Where a part of the one profile begins that is most like the other; null when none is like enough. */
function bestPlace(inner: Float32Array, whole: Float32Array, share: number): number | null {
  let best: number | null = null;
  let highest = hopelessProfile;
  for (const place of places) {
    const from = place * (1 - share);
    const window = Float32Array.from(
      samples(from, share),
      ({ cell, part }) => whole[cell]! * (1 - part) + whole[cell + 1]! * part,
    );
    const correlation = correlationOf(window, inner);
    if (correlation >= highest) [best, highest] = [from, correlation];
  }
  return best;
}

/** Of each cell of a window: the cell of the whole before its middle, and how far it is on to the next. */
function samples(from: number, share: number) {
  return Array.from({ length: side }, (_, i) => {
    const at = Math.min(side - 1, Math.max(0, (from + ((i + 0.5) / side) * share) * side - 0.5));
    const cell = Math.min(side - 2, Math.floor(at));
    return { cell, part: at - cell };
  });
}

/** The part of a fingerprint that begins at a place and is `share` wide and high, as a fingerprint. */
function windowOf(cells: Uint8Array, left: number, top: number, share: number): Float32Array {
  const result = new Float32Array(cells.length);
  const columns = samples(left, share);
  for (const [row, { cell: y, part: down }] of samples(top, share).entries()) {
    for (const [column, { cell: x, part: right }] of columns.entries()) {
      const i = y * side + x;
      const upper = cells[i]! * (1 - right) + cells[i + 1]! * right;
      const lower = cells[i + side]! * (1 - right) + cells[i + side + 1]! * right;
      result[row * side + column] = upper * (1 - down) + lower * down;
    }
  }
  return result;
}
