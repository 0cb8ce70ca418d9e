/** The two directions in which rows differ most (principal components), by orthogonal iteration. */
import { seededRandom } from '../training/random.ts';
import { type Matrix, timesTransposed, transposedTimes } from './algebra.ts';

/** Orthogonal iteration (Golub and Van Loan, Matrix Computations, 8.2.4); a map needs no more digits. */
const rounds = 12;
const seed = 1;
/** Stream of the seed. */
const beginning = 14;

/** Of each row its coordinates along the first two components, centred: N x 2. The same each time. */
export async function principalPlane(rows: Matrix): Promise<Matrix> {
  const random = seededRandom(seed, beginning);
  const { columns } = rows;
  const ones = { rows: rows.rows, columns: 1, data: new Float32Array(rows.rows).fill(1) };
  const { data: sum } = await transposedTimes(ones, rows);
  const mean = sum.map((value) => value / Math.max(1, rows.rows));
  let axes = orthonormal({
    rows: 2,
    columns,
    data: Float32Array.from({ length: 2 * columns }, () => random() - 0.5),
  });
  for (let round = 0; round < rounds; round++) {
    const along = await timesTransposed(rows, axes);
    centre(along, mean, axes);
    axes = orthonormal(await transposedTimes(along, rows));
  }
  const plane = await timesTransposed(rows, axes);
  centre(plane, mean, axes);
  return plane;
}

/** (x - mean) · axis from x · axis. */
function centre(along: Matrix, mean: Float32Array, axes: Matrix): void {
  const shift = [0, 1].map((axis) =>
    mean.reduce((sum, value, f) => sum + value * axes.data[axis * axes.columns + f]!, 0),
  );
  for (let i = 0; i < along.data.length; i++) along.data[i]! -= shift[i % 2]!;
}

/** Gram-Schmidt on two rows; a row that vanishes stays nought. */
function orthonormal({ columns, data }: Matrix): Matrix {
  const [first, second] = [data.slice(0, columns), data.slice(columns)];
  normalise(first);
  const common = second.reduce((sum, value, f) => sum + value * first[f]!, 0);
  for (let f = 0; f < columns; f++) second[f]! -= common * first[f]!;
  normalise(second);
  const both = new Float32Array(2 * columns);
  both.set(first);
  both.set(second, columns);
  return { rows: 2, columns, data: both };
}

function normalise(row: Float32Array): void {
  const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  if (length > 0) for (let f = 0; f < row.length; f++) row[f]! /= length;
}
