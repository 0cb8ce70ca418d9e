/**
 * A sliding window in tiles: one patch of source pixels makes one tile of target pixels, and all tiles
 * do so alike, so that one small matrix says how, forward (from input to output) and backward.
 */
import type { Sliding, Window } from '../../graph/window.ts';
import { type Field, range } from './receptive-fields.ts';

interface AxisTiling {
  readonly source: number;
  readonly target: number;
  /** Pixels of a tile and of its patch, and how many tiles cover the target. */
  readonly tile: number;
  readonly patch: number;
  readonly count: number;
  /** The first source pixel of a tile's patch; may lie beyond the map. */
  readonly start: (index: number) => number;
  /** The tap by which pixel v of the tile sees pixel u of the patch; -1 when it does not. */
  readonly tap: (u: number, v: number) => number;
}

/** Wide enough for matrix products to be quick, small enough not to multiply mostly by zeros. */
const widestTile = 8;

function divide(target: number, multipleOf: number): { tile: number; count: number } {
  const count = Math.ceil(target / Math.max(multipleOf, widestTile - (widestTile % multipleOf)));
  const tile = Math.ceil(target / count / multipleOf) * multipleOf;
  return { tile, count: Math.ceil(target / tile) };
}

function tapAt(axis: Sliding, distance: number): number {
  const tap = distance / axis.dilation;
  return Number.isInteger(tap) && tap >= 0 && tap < axis.kernel ? tap : -1;
}

/** One tile alone needs no pixels beyond the map: nothing has to be alike for the others. */
function trimmed(axis: AxisTiling): AxisTiling {
  if (axis.count > 1) return axis;
  const beyond = Math.max(0, -axis.start(0));
  return {
    ...axis,
    patch: Math.min(axis.patch, axis.source - axis.start(0)) - beyond,
    start: () => axis.start(0) + beyond,
    tap: (u, v) => axis.tap(u + beyond, v),
  };
}

/** Tiles of the output, each from a patch of the input. */
function forwardAxis(axis: Sliding): AxisTiling {
  const { stride, before } = axis;
  const reach = (axis.kernel - 1) * axis.dilation;
  const count = Math.ceil((axis.output * stride) / widestTile);
  const tile = Math.ceil(axis.output / count);
  return {
    source: axis.input,
    target: axis.output,
    tile,
    count: Math.ceil(axis.output / tile),
    patch: (tile - 1) * stride + reach + 1,
    start: (index) => index * tile * stride - before,
    tap: (u, v) => tapAt(axis, u - v * stride),
  };
}

/** Tiles of the input, each from the patch of the output that saw it. */
function backwardAxis(axis: Sliding): AxisTiling {
  const { stride, before } = axis;
  const reach = (axis.kernel - 1) * axis.dilation;
  // Whole strides, so that every tile begins at the same phase.
  const { tile, count } = divide(axis.input, stride);
  const first = Math.ceil((before - reach) / stride);
  return {
    source: axis.output,
    target: axis.input,
    tile,
    count,
    patch: Math.floor((tile - 1 + before) / stride) - first + 1,
    start: (index) => (index * tile) / stride + first,
    tap: (u, v) => tapAt(axis, v + before - (first + u) * stride),
  };
}

export interface Tiling {
  /** Pixels of the whole source map and of the whole target map. */
  readonly source: number;
  readonly target: number;
  readonly tiles: number;
  /** Pixels of a patch, and of a tile. */
  readonly patch: number;
  readonly tile: number;
  /** For each tile, the source pixels of its patch; -1 beyond the map. */
  readonly patches: readonly Field[];
  /** For each tile, the target pixels that it makes; -1 beyond the map. */
  readonly targets: readonly Field[];
  /** For each target pixel, its place in the tiles laid end to end. */
  readonly order: readonly number[];
  /** taps x (patch · tile): 1 where a pixel of the tile sees a pixel of the patch by that tap, 0 elsewhere. */
  readonly spread: Float32Array;
}

function tiling(rows: AxisTiling, columns: AxisTiling, taps: readonly [number, number]): Tiling {
  const places = (
    axisPixels: (axis: AxisTiling, index: number) => number[],
    width: number,
  ): Field[] =>
    range(rows.count).flatMap((top) =>
      range(columns.count).map((left) => {
        const xs = axisPixels(columns, left);
        return axisPixels(rows, top).flatMap((y) =>
          xs.map((x) => (y < 0 || x < 0 ? -1 : y * width + x)),
        );
      }),
    );
  const inside = (pixel: number, size: number) => (pixel >= 0 && pixel < size ? pixel : -1);
  const patches = places(
    (axis, index) => range(axis.patch).map((u) => inside(axis.start(index) + u, axis.source)),
    columns.source,
  );
  const targets = places(
    (axis, index) => range(axis.tile).map((v) => inside(index * axis.tile + v, axis.target)),
    columns.target,
  );
  const order = new Array<number>(rows.target * columns.target).fill(-1);
  for (const [place, pixel] of targets.flat().entries()) if (pixel >= 0) order[pixel] = place;

  const tile = rows.tile * columns.tile;
  const patch = rows.patch * columns.patch;
  const spread = new Float32Array(taps[0] * taps[1] * patch * tile);
  for (const [u, v, i] of seen(rows)) {
    for (const [w, z, j] of seen(columns)) {
      const from = u * columns.patch + w;
      const to = v * columns.tile + z;
      spread[((i * taps[1] + j) * patch + from) * tile + to] = 1;
    }
  }
  return {
    source: rows.source * columns.source,
    target: rows.target * columns.target,
    tiles: rows.count * columns.count,
    patch,
    tile,
    patches,
    targets,
    order,
    spread,
  };
}

/** Every (pixel of the patch, pixel of the tile, tap) along one axis. */
function seen(axis: AxisTiling): (readonly [number, number, number])[] {
  return range(axis.patch).flatMap((u) =>
    range(axis.tile).flatMap((v) => {
      const tap = axis.tap(u, v);
      return tap < 0 ? [] : [[u, v, tap] as const];
    }),
  );
}

const kernel = ([rows, columns]: Window) => [rows.kernel, columns.kernel] as const;

/** From patches of the input to tiles of the output. */
export function outputTiles(window: Window): Tiling {
  return tiling(trimmed(forwardAxis(window[0])), trimmed(forwardAxis(window[1])), kernel(window));
}

/** From patches of the output's gradient to tiles of the input's. */
export function inputTiles(window: Window): Tiling {
  return tiling(trimmed(backwardAxis(window[0])), trimmed(backwardAxis(window[1])), kernel(window));
}
