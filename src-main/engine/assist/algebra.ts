/** Products of large matrices, in ONNX Runtime: a hundred times as fast as a loop in JavaScript. */
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { float32 } from '../graph/tensor.ts';
import { onnxruntime } from '../runtimes/onnxruntime.ts';
import type { Session } from '../runtimes/runtime.ts';

/** Rows one after the other. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

export interface ProductOptions {
  /**
   * How many threads take part; all cores' when not given. Between short products the others would wait, and they
   * wait by spinning: for what runs beside somebody's work one is enough.
   */
  readonly threads?: number;
}

const sessions = new Map<string, Promise<Session>>();

function sessionOf(graph: Graph, { threads }: ProductOptions): Promise<Session> {
  const key = `${graph.name} ${threads}`;
  const there = sessions.get(key);
  if (there) return there;
  const opened = onnxruntime.open(graph, threads === undefined ? {} : { threads });
  sessions.set(key, opened);
  return opened;
}

/** Columns of the input that a product with it needs no copy of. */
const productOf = (kind: 'a·bᵀ' | 'aᵀ·b'): Graph => {
  const g = new GraphBuilder(kind);
  const a = g.input('a', ['n', 'm']);
  const b = g.input('b', ['k', 'l']);
  const attributes = kind === 'a·bᵀ' ? { transB: 1 } : { transA: 1 };
  g.output(g.node('Gemm', [a, b], attributes, { output: 'c' }), ['rows', 'columns']);
  return g.build();
};
const graphs = { a·bᵀ: productOf('a·bᵀ'), aᵀ·b: productOf('aᵀ·b') };

async function product(
  kind: keyof typeof graphs,
  a: Matrix,
  b: Matrix,
  options: ProductOptions,
): Promise<Float32Array> {
  const session = await sessionOf(graphs[kind], options);
  const { c } = await session.run({
    a: float32([a.rows, a.columns], a.data),
    b: float32([b.rows, b.columns], b.data),
  });
  return c!.data as Float32Array;
}

/** a (n x f) times the transpose of b (m x f): n x m dot products of rows. */
export async function timesTransposed(
  a: Matrix,
  b: Matrix,
  options: ProductOptions = {},
): Promise<Matrix> {
  return { rows: a.rows, columns: b.rows, data: await product('a·bᵀ', a, b, options) };
}

/** The transpose of a (n x k) times b (n x f): k x f. */
export async function transposedTimes(
  a: Matrix,
  b: Matrix,
  options: ProductOptions = {},
): Promise<Matrix> {
  return { rows: a.columns, columns: b.columns, data: await product('aᵀ·b', a, b, options) };
}

/** One row, without copying it. */
export function rowOf({ columns, data }: Matrix, row: number): Float32Array {
  return data.subarray(row * columns, (row + 1) * columns);
}

/** These rows, copied one after the other. */
export function gather(matrix: Matrix, rows: readonly number[]): Matrix {
  const data = new Float32Array(rows.length * matrix.columns);
  for (const [i, row] of rows.entries()) data.set(rowOf(matrix, row), i * matrix.columns);
  return { rows: rows.length, columns: matrix.columns, data };
}
