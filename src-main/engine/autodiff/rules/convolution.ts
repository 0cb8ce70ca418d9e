/** What a Conv node computes, with its sizes: what each way to compute it starts from. */
import { numberOf } from '../../graph/attributes.ts';
import type { Node } from '../../graph/graph.ts';
import { mapOf } from '../../graph/shapes.ts';
import { type Window, windowOf } from '../../graph/window.ts';
import type { Tape } from '../tape.ts';

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
