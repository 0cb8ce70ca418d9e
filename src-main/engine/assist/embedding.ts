/** What the backbone says of every picture of a project: one row of features each, of length one. */
import { randomUUID } from 'node:crypto';
import type { Matrix } from './algebra.ts';

/** Rows in one piece of memory: enough for a product, and nothing has to be moved when more come. */
const blockRows = 4096;

export class Embedding {
  /** Features of a picture. */
  readonly columns: number;
  /** Image ids in the order of the rows. */
  readonly ids: number[] = [];
  readonly #rows = new Map<number, number>();
  readonly #blocks: Float32Array[] = [];
  #edition = randomUUID();

  constructor(columns: number) {
    this.columns = columns;
  }

  get count(): number {
    return this.ids.length;
  }

  /** Names these pictures in this order: no others are ever called the same. */
  get name(): string {
    return `${this.#edition} ${this.count}`;
  }

  /** The row of a picture; undefined when it has none. */
  rowOf(id: number): number | undefined {
    return this.#rows.get(id);
  }

  /** Takes a picture's features, scaled to length one. A picture that is there already stays as it is. */
  add(id: number, features: Float32Array): void {
    if (this.#rows.has(id)) return;
    const row = this.ids.length;
    if (row % blockRows === 0) this.#blocks.push(new Float32Array(blockRows * this.columns));
    this.ids.push(id);
    this.#rows.set(id, row);
    this.row(row).set(unitVector(features));
  }

  clear(): void {
    this.#edition = randomUUID();
    this.ids.length = 0;
    this.#rows.clear();
    this.#blocks.length = 0;
  }

  /** A view of one row. */
  row(index: number): Float32Array {
    const at = (index % blockRows) * this.columns;
    return this.#blocks[Math.floor(index / blockRows)]!.subarray(at, at + this.columns);
  }

  /** These rows, copied one after the other. */
  gather(rows: readonly number[]): Matrix {
    const data = new Float32Array(rows.length * this.columns);
    for (const [i, row] of rows.entries()) data.set(this.row(row), i * this.columns);
    return { rows: rows.length, columns: this.columns, data };
  }

  /** All rows, a block at a time, without copying: `from` is the index of a block's first row. */
  *blocks(): Generator<{ readonly from: number; readonly matrix: Matrix }> {
    for (const [i, block] of this.#blocks.entries()) {
      const from = i * blockRows;
      const rows = Math.min(blockRows, this.count - from);
      const data = block.subarray(0, rows * this.columns);
      yield { from, matrix: { rows, columns: this.columns, data } };
    }
  }
}

/** The same direction with length one; all zeros stay so. */
export function unitVector(values: Float32Array): Float32Array {
  let square = 0;
  for (const value of values) square += value * value;
  const length = Math.sqrt(square);
  return length === 0 ? values : values.map((value) => value / length);
}
