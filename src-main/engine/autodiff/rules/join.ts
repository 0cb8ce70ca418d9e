/** Concat, Slice, Split and Pad: parts of values, put together and taken apart. */
import { numberOf, textOf } from '../../graph/attributes.ts';
import { channelsAtEnd, placeOf } from '../../graph/layout.ts';
import { slicesOf, splitSizes } from '../../graph/shapes.ts';
import { integers } from '../../graph/tensor.ts';
import { plain, type Rule, refusal, type Tape, target, type Value } from '../tape.ts';

const constants = (tape: Tape) => (name: string) => {
  const tensor = tape.frozen(name);
  return tensor && integers(tensor);
};

const positive = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

/** From `start` on, `length` of what lies along one axis. */
function part({ g }: Tape, name: string, axis: number, start: number, length: number): string {
  const [from, to] = [g.constant([start], 'int64'), g.constant([start + length], 'int64')];
  return g.node('Slice', [name, from, to, g.constant([axis], 'int64')]);
}

/** Puts zeros around a value; a negative number takes away. */
function padded({ g }: Tape, name: string, before: readonly number[], after: readonly number[]) {
  const pads = [...before, ...after];
  return pads.every((pad) => pad === 0) ? name : g.node('Pad', [name, g.constant(pads, 'int64')]);
}

export const concat: Rule = (tape, node) => {
  const parts = node.inputs.map((name) => tape.value(name));
  const rank = parts[0]!.dims.length;
  const layout = parts.find((each) => channelsAtEnd(each.layout))?.layout ?? 'channels-first';
  const axis = positive(numberOf(node, 'axis', 0), rank);
  const place = rank === 4 ? placeOf(axis, layout) : axis;
  const inputs = parts.map((each) => tape.lay(each, layout));
  tape.define(node.outputs[0]!, tape.g.node('Concat', inputs, { axis: place }), layout);
  return (gradient) => {
    const dy = tape.lay(gradient, layout);
    let start = 0;
    for (const [i, input] of node.inputs.entries()) {
      const from = start;
      const length = parts[i]!.dims[axis] as number;
      start += length;
      tape.flow(input, () => ({ name: part(tape, dy, place, from, length), layout }));
    }
  };
};

/** Undoes a step along one axis: zeros between the numbers, which are turned round when it is negative. */
function spread(tape: Tape, name: string, value: Value, axis: number, step: number): string {
  const { g } = tape;
  const count = value.dims[axis] as number;
  const ends = ([-1, -(2 ** 31)] as const).map((at) => g.constant([at], 'int64'));
  const along = g.constant([axis], 'int64');
  const forward =
    step > 0 ? name : g.node('Slice', [name, ...ends, along, g.constant([-1], 'int64')]);
  const gap = Math.abs(step);
  if (gap === 1) return forward;
  const dims = target(value.dims);
  const each = tape.reshape(forward, dims.toSpliced(axis + 1, 0, 1));
  const none = Array.from({ length: dims.length + 1 }, () => 0);
  const wide = padded(tape, each, none, none.with(axis + 1, gap - 1));
  return tape.reshape(wide, dims.with(axis, count * gap));
}

export const slice: Rule = (tape, node) => {
  const { g } = tape;
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const dims = tape.dims(input);
  const slices = slicesOf(node, dims, constants(tape));
  if (!slices) throw refusal(node, 'takes a part that is computed');
  const lists = [
    slices.map(({ start }) => start),
    slices.map(({ start, step, count }) => {
      const end = start + step * count;
      return end < 0 ? -(2 ** 31) : end;
    }),
    slices.map(({ axis }) => axis),
    slices.map(({ step }) => step),
  ].map((list) => g.constant(list, 'int64'));
  tape.define(
    output,
    slices.length === 0 ? tape.read(input) : g.node('Slice', [tape.read(input), ...lists]),
  );
  return (gradient) =>
    tape.flow(input, () => {
      let name = tape.lay(gradient, 'channels-first');
      let seen: Value = gradient;
      const before = dims.map(() => 0);
      const after = dims.map(() => 0);
      for (const { axis, start, step, count } of slices) {
        name = spread(tape, name, seen, axis, step);
        const wide = count * Math.abs(step);
        seen = { ...seen, dims: seen.dims.with(axis, wide) };
        before[axis] = step > 0 ? start : start + step * (count - 1);
        // The last gap may reach beyond the end: a negative pad takes that away.
        after[axis] = (dims[axis] as number) - before[axis]! - wide;
      }
      return plain(padded(tape, name, before, after));
    });
};

export const split: Rule = (tape, node) => {
  const { g } = tape;
  const input = node.inputs[0]!;
  const dims = tape.dims(input);
  const axis = positive(numberOf(node, 'axis', 0), dims.length);
  const sizes = splitSizes(node, dims, constants(tape));
  const x = tape.read(input);
  let start = 0;
  for (const [i, size] of sizes.entries()) {
    if (node.outputs[i]) tape.define(node.outputs[i], part(tape, x, axis, start, size));
    start += size;
  }
  return () =>
    tape.flow(input, () => {
      const parts = node.outputs.map((output) => {
        const gradient = tape.gradient(output);
        if (gradient) return tape.lay(gradient, 'channels-first');
        return g.node('Mul', [tape.read(output), g.constant(0)]);
      });
      return plain(g.node('Concat', parts, { axis }));
    });
};

export const pad: Rule = (tape, node) => {
  const { g } = tape;
  const [input, , value, output] = [node.inputs[0]!, 1, node.inputs[2], node.outputs[0]!];
  if (textOf(node, 'mode', 'constant') !== 'constant') {
    throw refusal(node, `pads by ${textOf(node, 'mode', '')}`);
  }
  const pads = constants(tape)(node.inputs[1] ?? '');
  if (!pads) throw refusal(node, 'has paddings that are computed');
  const around = [tape.read(input), g.constant(pads, 'int64')];
  tape.define(output, g.node('Pad', value ? [...around, tape.read(value)] : around));
  const rank = pads.length / 2;
  const back = pads.map((each) => -each);
  return (gradient) =>
    tape.flow(input, () => {
      const dy = tape.lay(gradient, 'channels-first');
      return plain(padded(tape, dy, back.slice(0, rank), back.slice(rank)));
    });
};
