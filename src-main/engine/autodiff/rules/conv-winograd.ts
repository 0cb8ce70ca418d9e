/**
 * Convolution of 3 x 3 without strides by F(4x4, 3x3) of Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks" (2016): a tile of 4 x 4 output pixels takes 36 products for each pair of
 * channels instead of 144. Tiles are turned into 36 numbers and back by fixed matrices; in between, there
 * is one matrix product for each of the 36, over all tiles.
 */
import { float32 } from '../../graph/tensor.ts';
import type { Sliding } from '../../graph/window.ts';
import { type Backward, plain, type Tape } from '../tape.ts';
import type { Convolution } from './convolution.ts';
import { withZeros } from './gather.ts';
import { range } from './receptive-fields.ts';
import { sumOver } from './sum.ts';
import {
  kernel,
  type Matrix,
  ofKernel,
  type Passage,
  passage,
  passageTurnedRound,
  patch,
  tile,
  transposed,
} from './winograd-matrices.ts';

/** The product of a matrix along the rows and the same along the columns, as one matrix (Kronecker's). */
function onBothAxes(tape: Tape, m: Matrix): string {
  const values = m.flatMap((down) =>
    m.flatMap((across) => down.flatMap((a) => across.map((b) => a * b))),
  );
  return tape.g.initializer(
    tape.g.fresh('winograd'),
    float32([m.length ** 2, m[0]!.length ** 2], Float32Array.from(values)),
  );
}

/** A map made of another along one axis, in pixels: the gradient of the input is made of the output's. */
type Axis = Pick<Sliding, 'input' | 'output' | 'before'>;
type Pass = readonly [Axis, Axis];

/** How many tiles cover the output. */
const tilesOf = ({ output }: Axis) => Math.ceil(output / tile);

export function fitsWinograd({ window, groups, inside, outside }: Convolution): boolean {
  const [rows, columns] = window;
  const products = patch ** 2 * tilesOf(rows) * tilesOf(columns);
  return (
    groups === 1 &&
    // With few channels the way to and fro costs more than the products save.
    Math.min(inside, outside) >= 32 &&
    window.every((axis) => axis.kernel === kernel && axis.stride === 1 && axis.dilation === 1) &&
    2 * products <= kernel ** 2 * rows.output * columns.output
  );
}

/**
 * For each of the `side` x `side` places in a square the pixels that it falls on, tile by tile; -1 beyond
 * the map. @param first where the first tile's square begins. @param limit pixels of the map along an axis.
 */
function squares(
  [rows, columns]: Pass,
  side: number,
  first: (axis: Axis) => number,
  limit: (axis: Axis) => number,
): number[] {
  const pixel = (axis: Axis, index: number, place: number) => {
    const at = index * tile + first(axis) + place;
    return at >= 0 && at < limit(axis) ? at : -1;
  };
  return range(side ** 2).flatMap((place) =>
    range(tilesOf(rows)).flatMap((down) =>
      range(tilesOf(columns)).map((across) => {
        const y = pixel(rows, down, Math.floor(place / side));
        const x = pixel(columns, across, place % side);
        return y < 0 || x < 0 ? -1 : y * limit(columns) + x;
      }),
    ),
  );
}

const patches = (pass: Pass) =>
  squares(
    pass,
    patch,
    ({ before }) => -before,
    ({ input }) => input,
  );
const tiles = (pass: Pass) =>
  squares(
    pass,
    tile,
    () => 0,
    ({ output }) => output,
  );

/** Of maps, pixels first, these pixels x N x C; zeros for -1. */
function pick(
  tape: Tape,
  maps: string,
  pixels: number,
  channels: number,
  at: readonly number[],
): string {
  const { g } = tape;
  const rows = tape.reshape(maps, [pixels, -1, channels]);
  const source = at.includes(-1) ? withZeros(tape, rows, 0) : rows;
  const indices = at.map((pixel) => (pixel < 0 ? pixels : pixel));
  return g.node('Gather', [source, g.constant(indices, 'int64')], { axis: 0 });
}

/** A matrix times what lies in the squares: places x anything. */
function turn(tape: Tape, matrix: string, side: number, squares: string): string {
  return tape.g.node('MatMul', [matrix, tape.reshape(squares, [side ** 2, -1])]);
}

/** Patches of maps (pixels first) in the numbers of which products are taken: 36 x (tiles · N) x C. */
function spread(
  tape: Tape,
  pass: Pass,
  { ofInput }: Passage,
  maps: string,
  channels: number,
): string {
  const [rows, columns] = pass;
  const pixels = rows.input * columns.input;
  const seen = pick(tape, maps, pixels, channels, patches(pass));
  const turned = turn(tape, onBothAxes(tape, ofInput), patch, seen);
  return tape.reshape(turned, [patch ** 2, -1, channels]);
}

/** From products, 36 x (tiles · N) x C, to maps, pixels first. */
function gathered(
  tape: Tape,
  pass: Pass,
  { toOutput }: Passage,
  products: string,
  channels: number,
): string {
  const { g } = tape;
  const [rows, columns] = pass;
  const at = tiles(pass);
  const made = tape.reshape(turn(tape, onBothAxes(tape, toOutput), patch, products), [
    at.length,
    -1,
    channels,
  ]);
  const order = new Array<number>(rows.output * columns.output);
  for (const [place, pixel] of at.entries()) if (pixel >= 0) order[pixel] = place;
  const pixels = g.node('Gather', [made, g.constant(order, 'int64')], { axis: 0 });
  return tape.reshape(pixels, [rows.output, columns.output, -1, channels]);
}

export function winogradConv(tape: Tape, c: Convolution): Backward {
  const { g } = tape;
  const { inside, outside, window } = c;
  // taps x I x O
  const kernels = tape.reshape(tape.read(c.weight, 'taps-first'), [c.taps, inside * outside]);
  const numbers = tape.reshape(g.node('MatMul', [onBothAxes(tape, ofKernel), kernels]), [
    patch ** 2,
    inside,
    outside,
  ]);

  const maps = tape.read(c.input, 'pixels-first');
  const x = spread(tape, window, passage, maps, inside);
  const y = gathered(tape, window, passage, g.node('MatMul', [x, numbers]), outside);
  const shifted = c.bias === undefined ? y : g.node('Add', [y, tape.read(c.bias)]);
  tape.define(c.output, shifted, 'pixels-first');

  return (gradient) => {
    const dy = tape.lay(gradient, 'pixels-first');
    const [rows, columns] = window;
    tape.flow(c.weight, () => {
      const pixels = rows.output * columns.output;
      const dTiles = pick(tape, dy, pixels, outside, tiles(window));
      const spreadBack = onBothAxes(tape, transposed(passage.toOutput));
      const dProducts = tape.reshape(turn(tape, spreadBack, tile, dTiles), [
        patch ** 2,
        -1,
        outside,
      ]);
      const xTransposed = g.node('Transpose', [x], { perm: [0, 2, 1] });
      const dWeights = g.node('MatMul', [xTransposed, dProducts]);
      const dKernels = turn(tape, onBothAxes(tape, transposed(ofKernel)), patch, dWeights);
      const dims = [kernel, kernel, inside, outside];
      return { name: tape.reshape(dKernels, dims), layout: 'taps-first' };
    });
    if (c.bias !== undefined) {
      tape.flow(c.bias, () => plain(sumOver(g, dy, [0, 1, 2], 4)));
    }
    tape.flow(c.input, () => {
      // A convolution of the output's gradient, with the kernels turned round and the channels swapped.
      const back = window.map(
        (axis): Axis => ({
          input: axis.output,
          output: axis.input,
          before: kernel - 1 - axis.before,
        }),
      ) as unknown as Pass;
      const swapped = g.node('Transpose', [numbers], { perm: [0, 2, 1] });
      const turned = spread(tape, back, passageTurnedRound, dy, outside);
      const products = g.node('MatMul', [turned, swapped]);
      const name = gathered(tape, back, passageTurnedRound, products, inside);
      return { name, layout: 'pixels-first' };
    });
  };
}
