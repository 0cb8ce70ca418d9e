/** Conv: which of the ways to compute it and its gradients fits its size. */
import { numberOf } from '../../graph/attributes.ts';
import type { Node } from '../../graph/graph.ts';
import type { Layout } from '../../graph/layout.ts';
import { mapOf } from '../../graph/shapes.ts';
import { type Window, windowOf } from '../../graph/window.ts';
import type { Backward, Rule, Tape } from '../tape.ts';
import { columnsConv } from './conv-columns.ts';
import { depthwiseConv } from './conv-depthwise.ts';
import { directConv } from './conv-direct.ts';
import { fitsWinograd, winogradConv } from './conv-winograd.ts';

export interface Convolution {
  readonly input: string;
  readonly weight: string;
  readonly bias: string | undefined;
  readonly output: string;
  /** Channels of the input and of the output. */
  readonly inside: number;
  readonly outside: number;
  readonly groups: number;
  readonly window: Window;
  /** Taps of the kernel: height times width. */
  readonly taps: number;
}

export function convolution(tape: Tape, node: Node): Convolution {
  const [input, weight, bias] = node.inputs as [string, string, string | undefined];
  const [outside, perGroup, height, width] = tape.dims(weight) as readonly number[];
  const groups = numberOf(node, 'group', 1);
  const window = windowOf(node, mapOf(node, tape.dims(input)), [height!, width!]);
  return {
    input,
    weight,
    bias: bias || undefined,
    output: node.outputs[0]!,
    inside: perGroup! * groups,
    outside: outside!,
    groups,
    window,
    taps: height! * width!,
  };
}

/** Numbers a picture: beyond this the columns of a batch would fill the memory (4 MiB a picture). */
const mostColumns = 2 ** 20;

type Way = (tape: Tape, c: Convolution) => Backward;

function wayOf({ half }: Tape, c: Convolution): Way {
  if (c.groups > 1) {
    return c.groups === c.inside && c.groups === c.outside ? depthwiseConv : directConv;
  }
  // Its tiles would lose half of the few digits.
  if (!half && fitsWinograd(c)) return winogradConv;
  const [rows, columns] = c.window;
  const size = rows.output * columns.output * c.taps * c.inside;
  return c.taps === 1 || size <= mostColumns ? columnsConv : directConv;
}

/** How its kernels lie best. */
export function kernelLayout(tape: Tape, c: Convolution): Layout {
  const way = wayOf(tape, c);
  return way === winogradConv || way === columnsConv ? 'taps-first' : 'channels-first';
}

export const conv: Rule = (tape, node) => {
  const c = convolution(tape, node);
  return wayOf(tape, c)(tape, c);
};
