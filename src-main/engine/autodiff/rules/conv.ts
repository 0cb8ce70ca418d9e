/** Conv: which of the ways to compute it and its gradients fits its size. */
import type { Layout } from '../../graph/layout.ts';
import type { Backward, Rule, Tape } from '../tape.ts';
import { columnsConv } from './conv-columns.ts';
import { depthwiseConv } from './conv-depthwise.ts';
import { directConv } from './conv-direct.ts';
import { fitsWinograd, winogradConv } from './conv-winograd.ts';
import { type Convolution, convolution } from './convolution.ts';

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
