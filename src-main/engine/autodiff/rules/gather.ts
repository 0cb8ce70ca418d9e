/** Picking pixels out of maps that lie channels last. */
import { float32 } from '../../graph/tensor.ts';
import type { Tape } from '../tape.ts';
import type { Field } from './receptive-fields.ts';

/** `count` places of one value along an axis, the rest of the shape as in `like`. */
export function filled({ g }: Tape, like: string, axis: number, count: number, value: number) {
  const places = g.constant(new Array<number>(count).fill(0), 'int64');
  const shape = g.node('Shape', [g.node('Gather', [like, places], { axis })]);
  return g.node('ConstantOfShape', [shape], { value: float32([1], [value]) });
}

/** With zeros at the end of an axis, one deep. Concat takes half the time of Pad. */
export function withZeros(tape: Tape, rows: string, axis: number): string {
  return tape.g.node('Concat', [rows, filled(tape, rows, axis, 1, 0)], { axis });
}

/**
 * From maps (N x H x W x C, or N x pixels x C) to a matrix of (N · fields) rows and (taps · C) columns:
 * the pixels of each field side by side.
 * @param pixels H · W.
 * @param fields all of one length; -1 stands for zeros.
 * @param axis 0 for maps that lie pixels first: their rows are (fields · N), and fields have one pixel only.
 */
export function gather(
  tape: Tape,
  maps: string,
  pixels: number,
  channels: number,
  fields: readonly Field[],
  axis: 0 | 1 = 1,
): string {
  const { g } = tape;
  const taps = fields[0]!.length;
  const places = fields.flat();
  const whole = places.length === pixels && places.every((place, i) => place === i);
  if (whole) return tape.reshape(maps, [-1, taps * channels]);
  let rows = tape.reshape(maps, axis === 0 ? [pixels, -1, channels] : [-1, pixels, channels]);
  if (places.includes(-1)) {
    // Fields reach beyond the map: one pixel of zeros is appended for all of them.
    rows = withZeros(tape, rows, axis);
  }
  const at = g.constant(
    places.map((place) => (place < 0 ? pixels : place)),
    'int64',
  );
  return tape.reshape(g.node('Gather', [rows, at], { axis }), [-1, taps * channels]);
}
