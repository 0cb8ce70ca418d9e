/**
 * Resize of maps by nearest or linear interpolation: each output row is a fixed mixture of input rows, and
 * likewise along them.
 */
import { numberOf, textOf } from './attributes.ts';
import type { Node } from './graph.ts';

/** Where the centre of an output pixel lies on the input (ONNX, Resize: coordinate_transformation_mode). */
function coordinate(mode: string, at: number, from: number, to: number, scale: number): number {
  switch (mode) {
    case 'asymmetric':
      return at / scale;
    case 'align_corners':
      return to === 1 ? 0 : (at * (from - 1)) / (to - 1);
    case 'pytorch_half_pixel':
      return to > 1 ? (at + 0.5) / scale - 0.5 : 0;
    case 'half_pixel':
      return (at + 0.5) / scale - 0.5;
    default:
      throw new Error(mode);
  }
}

function nearest(mode: string, x: number): number {
  switch (mode) {
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5);
    default:
      return Math.ceil(x - 0.5);
  }
}

const coordinates = ['asymmetric', 'align_corners', 'pytorch_half_pixel', 'half_pixel'];

/** What of a Resize is no such mixture; null when it is one. */
export function resizeObstacle(node: Node): string | null {
  const mode = textOf(node, 'mode', 'nearest');
  if (mode !== 'nearest' && mode !== 'linear') return `resizes by ${mode} interpolation`;
  const way = textOf(node, 'coordinate_transformation_mode', 'half_pixel');
  if (!coordinates.includes(way)) return `resizes with the coordinates ${way}`;
  if (numberOf(node, 'antialias', 0) === 1) return 'resizes with a filter against aliasing';
  return null;
}

/** to x from: how much of each input pixel is in each output pixel, along one axis. */
export function mixture(node: Node, from: number, to: number, scale: number): Float32Array {
  const way = textOf(node, 'coordinate_transformation_mode', 'half_pixel');
  const linear = textOf(node, 'mode', 'nearest') === 'linear';
  const within = (at: number) => Math.min(Math.max(at, 0), from - 1);
  const shares = new Float32Array(to * from);
  for (let row = 0; row < to; row++) {
    const x = from === to ? row : coordinate(way, row, from, to, scale);
    if (!linear) {
      shares[row * from + within(nearest(textOf(node, 'nearest_mode', ''), x))] = 1;
      continue;
    }
    const held = within(x);
    const low = Math.floor(held);
    shares[row * from + low]! += 1 - (held - low);
    shares[row * from + within(low + 1)]! += held - low;
  }
  return shares;
}
