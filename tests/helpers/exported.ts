/** The classifiers in engine/fixtures/classifiers, with the weights that classifiers.py drew for them. */
import { readFileSync } from 'node:fs';
import type { Graph } from '../../src-main/engine/graph/graph.ts';
import { decodeModel } from '../../src-main/engine/graph/onnx.ts';
import { size } from '../../src-main/engine/graph/tensor.ts';
import { uniform } from './random.ts';

const folder = new URL('../engine/fixtures/classifiers/', import.meta.url);

/** The file `NAME.EXPORTER.onnx`, read as one whose weights lie in files beside it. */
export const exportedGraph = (file: string): Graph =>
  decodeModel(readFileSync(new URL(file, folder)), (place) => {
    const { buffer, byteOffset, byteLength } = placed(place);
    return new Uint8Array(buffer, byteOffset, byteLength);
  });

/** What stands in the file: `NAME;DIMS`, and `1,0` where the exporter wrote the matrix transposed. */
function placed(place: string): Float32Array {
  const [name, shape, permutation] = place.split(';') as [string, string, string?];
  const dims = shape.split(',').map(Number);
  const values = drawnValue(name, dims);
  return permutation ? transposed(values, dims[0]!, dims[1]!) : values;
}

/** As `value` in classifiers.py. */
export function drawnValue(name: string, dims: readonly number[]): Float32Array {
  const inside = size(dims.slice(1));
  const he = Math.sqrt(6 / inside);
  const [low, high] = name.endsWith('running_var')
    ? [0.5, 1.5]
    : dims.length > 1 && dims[0]! > 1 && inside > 1
      ? [-he, he]
      : /(weight|layer_scale)$/.test(name)
        ? [0.5, 1.5]
        : [-0.1, 0.1];
  return uniform(name, size(dims), low, high);
}

/** @param values rows x columns */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]!;
  return out;
}

/** How each parameter is called in PyTorch, by its first number, which no transposing moves. */
export function placesOf(file: string): Map<number, { name: string; dims: readonly number[] }> {
  const found = new Map<number, { name: string; dims: readonly number[] }>();
  decodeModel(readFileSync(new URL(file, folder)), (place) => {
    const [name, shape] = place.split(';') as [string, string];
    const dims = shape.split(',').map(Number);
    const values = placed(place);
    found.set(values[0]!, { name, dims });
    return new Uint8Array(values.buffer);
  });
  return found;
}
