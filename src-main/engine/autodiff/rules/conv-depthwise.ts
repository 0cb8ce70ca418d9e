/**
 * Depthwise convolution as matrix products, one for each channel: a tile of the output is a patch of the
 * input times a matrix in which the kernel's weights are laid out. That multiplies by many zeros and is
 * still several times as fast as sums of shifted maps, for it moves far less memory.
 */
import { float32 } from '../../graph/tensor.ts';
import { type Backward, plain, type Tape } from '../tape.ts';
import type { Convolution } from './convolution.ts';
import { gather } from './gather.ts';
import type { Field } from './receptive-fields.ts';
import { sumOver } from './sum.ts';
import { inputTiles, outputTiles, type Tiling } from './tiles.ts';

/** From maps, channels last, to C x (N · tiles) x pixels of each. */
function byChannel(
  tape: Tape,
  maps: string,
  pixels: number,
  channels: number,
  fields: readonly Field[],
): string {
  const size = fields[0]!.length;
  const rows = tape.reshape(gather(tape, maps, pixels, channels, fields), [-1, channels]);
  const turned = tape.g.node('Transpose', [rows], { perm: [1, 0] });
  return tape.reshape(turned, [channels, -1, size]);
}

/** From C x (N · tiles) x pixels back to maps, channels last. */
function toMaps(tape: Tape, tiles: string, t: Tiling, channels: number, map: number[]): string {
  const flat = tape.reshape(tiles, [channels, -1]);
  const rows = tape.g.node('Transpose', [flat], { perm: [1, 0] });
  const order = t.order.map((place) => [place]);
  const ordered = gather(tape, rows, t.tiles * t.tile, channels, order);
  return tape.reshape(ordered, [-1, ...map, channels]);
}

function spreadOf(tape: Tape, t: Tiling, taps: number): string {
  const { g } = tape;
  return g.initializer(g.fresh('spread'), float32([taps, t.patch * t.tile], t.spread));
}

/** One output channel for each input channel; no other kind of groups. */
export function depthwiseConv(tape: Tape, c: Convolution): Backward {
  const { g } = tape;
  const [rows, columns] = c.window;
  const channels = c.inside;
  const forward = outputTiles(c.window);
  const weight = tape.reshape(tape.read(c.weight), [channels, c.taps]);
  const spread = spreadOf(tape, forward, c.taps);
  const matrix = (spread: string, t: Tiling) =>
    tape.reshape(g.node('MatMul', [weight, spread]), [channels, t.patch, t.tile]);

  const maps = tape.read(c.input, 'channels-last');
  const x = byChannel(tape, maps, forward.source, channels, forward.patches);
  const tiles = g.node('MatMul', [x, matrix(spread, forward)]);
  const map = [rows.output, columns.output];
  const y = toMaps(tape, tiles, forward, channels, map);
  const shifted = c.bias === undefined ? y : g.node('Add', [y, tape.read(c.bias)]);
  tape.define(c.output, shifted, 'channels-last');

  return (gradient) => {
    const dy = tape.lay(gradient, 'channels-last');
    tape.flow(c.weight, () => {
      const dTiles = byChannel(tape, dy, forward.target, channels, forward.targets);
      const patches = g.node('Transpose', [x], { perm: [0, 2, 1] });
      const products = tape.reshape(g.node('MatMul', [patches, dTiles]), [channels, -1]);
      const dw = g.node('Gemm', [products, spread], { transB: 1 });
      return plain(tape.reshape(dw, [channels, 1, rows.kernel, columns.kernel]));
    });
    if (c.bias !== undefined) {
      tape.flow(c.bias, () => plain(sumOver(g, dy, [0, 1, 2], 4)));
    }
    tape.flow(c.input, () => {
      const backward = inputTiles(c.window);
      const seen = byChannel(tape, dy, backward.source, channels, backward.patches);
      const through = matrix(spreadOf(tape, backward, c.taps), backward);
      const dTiles = g.node('MatMul', [seen, through]);
      const name = toMaps(tape, dTiles, backward, channels, [rows.input, columns.input]);
      return { name, layout: 'channels-last' };
    });
  };
}
