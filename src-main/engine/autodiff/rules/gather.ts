/** Picking pixels out of maps that lie channels last. */
import { float32 } from '../../graph/tensor.ts';
import type { Tape } from '../tape.ts';
import type { Field } from './receptive-fields.ts';

/** With zeros at the end of an axis, one deep. Concat takes half the time of Pad. */
export function withZeros({ g }: Tape, rows: string, axis: number): string {
  const one = g.node('Shape', [g.node('Gather', [rows, g.constant([0], 'int64')], { axis })]);
  const zeros = g.node('ConstantOfShape', [one], { value: float32([1], [0]) });
  return g.node('Concat', [rows, zeros], { axis });
}

/**
 * From maps (N x H x W x C, or N x pixels x C) to a matrix of (N · fields) rows and (taps · C) columns:
 * the pixels of each field side by side.
 * @param pixels H · W.
 * @param fields all of one length; -1 stands for zeros.
 */
export function gather(
  tape: Tape,
  maps: string,
  pixels: number,
  channels: number,
  fields: readonly Field[],
): string {
  const { g } = tape;
  const taps = fields[0]!.length;
  const places = fields.flat();
  const whole = places.length === pixels && places.every((place, i) => place === i);
  if (whole) return tape.reshape(maps, [-1, taps * channels]);
  let rows = tape.reshape(maps, [-1, pixels, channels]);
  if (places.includes(-1)) {
    // Fields reach beyond the map: one pixel of zeros is appended for all of them.
    rows = withZeros(tape, rows, 1);
  }
  const at = g.constant(
    places.map((place) => (place < 0 ? pixels : place)),
    'int64',
  );
  return tape.reshape(g.node('Gather', [rows, at], { axis: 1 }), [-1, taps * channels]);
}
