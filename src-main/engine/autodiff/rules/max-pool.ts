/**
 * MaxPool as the larger of two, again and again: along each row of a window first, then down what is left of them. The
 * runtime's own can tell which number was the largest, but takes eight times as long for it, and gradients would be
 * handed out one number after the other.
 */
import { channelsAtEnd, laidDims, placeOf } from '../../graph/layout.ts';
import { mapOf } from '../../graph/shapes.ts';
import { type Sliding, windowOf } from '../../graph/window.ts';
import type { Rule, Tape } from '../tape.ts';
import { slopeOfRelu } from './activation.ts';
import { filled } from './gather.ts';
import { range, seenBy } from './receptive-fields.ts';

/** An axis of a value of four, all of which are known but one. */
interface Along {
  /** Of the value: -1 for the batch. */
  readonly dims: readonly number[];
  readonly axis: number;
}

/** Below every number of a map. Infinity is no number in every shader. */
const lowest = -3.4028234663852886e38;

/** These places along the axis, one after the other; `fill` for those that are -1, at either end. */
function pick(tape: Tape, from: string, axis: number, at: readonly number[], fill: number): string {
  const { g } = tape;
  const inside = at.filter((place) => place >= 0);
  const picked = g.node('Gather', [from, g.constant(inside, 'int64')], { axis });
  if (inside.length === at.length) return picked;
  const before = at.findIndex((place) => place >= 0);
  const after = at.length - before - inside.length;
  const beyond = (count: number) => (count > 0 ? [filled(tape, from, axis, count, fill)] : []);
  return g.node('Concat', [...beyond(before), picked, ...beyond(after)], { axis });
}

const isWhole = (at: readonly number[], length: number) =>
  at.length === length && at.every((place, i) => place === i);

/** The gradient of the input, of those of what each tap saw: neighbours are seen by different taps. */
function putBack(
  tape: Tape,
  s: Sliding,
  { dims, axis }: Along,
  ofTaps: ReadonlyMap<number, string>,
): string {
  const { g } = tape;
  const each = Math.ceil(s.input / s.stride);
  const classes = range(s.stride).map((phase) => {
    const parts = [...ofTaps].flatMap(([tap, gradient]) => {
      const from = phase + s.before - tap * s.dilation;
      if (from % s.stride !== 0) return [];
      const at = range(each).map((j) => {
        const place = j + from / s.stride;
        return place >= 0 && place < s.output && phase + j * s.stride < s.input ? place : -1;
      });
      if (at.every((place) => place < 0)) return [];
      if (isWhole(at, s.output)) return [gradient];
      // What lies beyond the map was never the largest: its gradient is a zero at hand.
      const zero = seenBy(s, tap).indexOf(-1);
      const known = zero < 0 ? at : at.map((place) => (place < 0 ? zero : place));
      return [pick(tape, gradient, axis, known, 0)];
    });
    if (parts.length === 0) return filled(tape, [...ofTaps.values()][0]!, axis, each, 0);
    return parts.reduce((sum, part) => g.node('Add', [sum, part]));
  });
  if (s.stride === 1) return classes[0]!;
  const apart = [...dims.with(axis, each).slice(0, axis + 1), 1, ...dims.slice(axis + 1)];
  const between = classes.map((part) => tape.reshape(part, apart));
  const all = tape.reshape(
    g.node('Concat', between, { axis: axis + 1 }),
    dims.with(axis, each * s.stride),
  );
  return each * s.stride === s.input ? all : pick(tape, all, axis, range(s.input), 0);
}

/** The largest along one axis, and how its gradient goes back: to the first, in a tie. */
function largestAlong(tape: Tape, s: Sliding, x: string, along: Along) {
  const { g } = tape;
  const taps = range(s.kernel).filter((tap) => seenBy(s, tap).some((place) => place >= 0));
  const seen = taps.map((tap) => {
    const at = seenBy(s, tap);
    return isWhole(at, s.input) ? x : pick(tape, x, along.axis, at, lowest);
  });
  // Where each is larger than all before it. Kept instead of what is compared, which is as large.
  let name = seen[0]!;
  const larger = seen.slice(1).map((each) => {
    const slope = slopeOfRelu(tape, g.node('Sub', [each, name]));
    name = g.node('Max', [name, each]);
    return slope;
  });
  const back = (gradient: string): string => {
    const ofTaps = new Map<number, string>();
    let left = gradient;
    for (let i = taps.length - 1; i > 0; i--) {
      const taken = g.node('Mul', [left, larger[i - 1]!]);
      ofTaps.set(taps[i]!, taken);
      left = g.node('Sub', [left, taken]);
    }
    ofTaps.set(taps[0]!, left);
    return putBack(tape, s, along, ofTaps);
  };
  return { name, back };
}

/** The gradient goes to the pixel that was the largest of its window (the first one, in a tie). */
export const maxPool: Rule = (tape, node) => {
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const x = tape.value(input);
  const [rows, columns] = windowOf(node, mapOf(node, x.dims));
  // Picking every other number of a row is slow: a pixel's channels are to lie side by side.
  const layout = channelsAtEnd(x.layout) ? x.layout : 'pixels-first';
  const along = (axis: 2 | 3, width: number): Along => ({
    dims: laidDims([-1, x.dims[1] as number, rows.input, width], 'channels-first', layout),
    axis: placeOf(axis, layout),
  });
  // Of two in a tie the one in the upper row counts as the first: so rows are compared as wholes.
  const across = largestAlong(tape, columns, tape.lay(x, layout), along(3, columns.input));
  const down = largestAlong(tape, rows, across.name, along(2, columns.output));
  tape.define(output, down.name, layout);
  return (gradient) =>
    tape.flow(input, () => {
      const dy = tape.lay(gradient, layout);
      return { name: across.back(down.back(dy)), layout };
    });
};
