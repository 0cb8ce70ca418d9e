/** ReduceSum and ReduceMean: every number that was added gets the same gradient. */
import { numberOf } from '../../graph/attributes.ts';
import type { Node } from '../../graph/graph.ts';
import { channelsAtEnd, type Layout, laidDims, placeOf } from '../../graph/layout.ts';
import { axesOf } from '../../graph/shapes.ts';
import { integers } from '../../graph/tensor.ts';
import { type Rule, type Tape, target } from '../tape.ts';
import { sumOver } from './sum.ts';

function axes(tape: Tape, node: Node, rank: number): readonly number[] {
  return axesOf(node, rank, (name) => {
    const tensor = tape.frozen(name);
    return tensor && integers(tensor);
  });
}

function reduction(mean: boolean): Rule {
  return (tape, node) => {
    const { g } = tape;
    const [input, output] = [node.inputs[0]!, node.outputs[0]!];
    const x = tape.value(input);
    const over = axes(tape, node, x.dims.length);
    const keep = numberOf(node, 'keepdims', 1) === 1;
    // The mean of whole maps needs none of them turned.
    const ofMaps = x.dims.length === 4 && over.length === 2 && over.every((axis) => axis >= 2);
    const layout: Layout = ofMaps && channelsAtEnd(x.layout) ? x.layout : 'channels-first';
    const inPlace = ofMaps ? over.map((axis) => placeOf(axis, layout)) : over;
    const from = tape.lay(x, layout);
    const count = over.reduce((product, axis) => product * (x.dims[axis] as number), 1);
    const share = (name: string) => (mean ? g.node('Mul', [name, g.constant(1 / count)]) : name);
    const sum = sumOver(g, from, inPlace, x.dims.length, keep ? 1 : 0);
    tape.define(output, share(sum), keep ? layout : 'channels-first');
    return (gradient) =>
      tape.flow(input, () => {
        const dy = share(tape.lay(gradient, keep ? layout : 'channels-first'));
        const single = x.dims.map((dim, axis) => (over.includes(axis) ? 1 : dim));
        const beside = ofMaps ? laidDims(single, 'channels-first', layout) : single;
        const kept = keep ? dy : tape.reshape(dy, target(beside));
        const name = g.node('Expand', [kept, g.node('Shape', [from])]);
        return { name, layout };
      });
  };
}

export const reduceMean = reduction(true);
export const reduceSum = reduction(false);
