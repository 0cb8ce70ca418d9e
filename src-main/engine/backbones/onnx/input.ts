/** What an ONNX classifier takes: the layout and the size of its pictures. */
import { StudioError } from '../../../../src-shared/errors.ts';
import type { Graph } from '../../graph/graph.ts';

export interface Input {
  readonly name: string;
  readonly layout: 'NCHW' | 'NHWC';
  /** Null when it is free. */
  readonly size: number | null;
  /** The number of pictures that the file was written for; null when it is free. */
  readonly exported: number | null;
}

const refuse = (why: string) => new StudioError('refused', why);

/** The same without inputs that nothing reads: tf2onnx leaves constants among them that it has folded away. */
export function withoutUnread(graph: Graph): Graph {
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  return { ...graph, inputs: graph.inputs.filter(({ name }) => read.has(name)) };
}

/** What goes in: one picture of three channels. */
export function inputOf(graph: Graph, file: string): Input {
  const { inputs } = withoutUnread(graph);
  const [input, second] = inputs.filter(({ dims }) => dims.length === 4);
  if (!input || second || inputs.length !== 1) {
    const shown = inputs.map(({ name, dims }) => `${name} (${dims.join('x')})`).join(', ');
    throw refuse(
      `${file} is no image classifier: it takes ${shown || 'nothing'} instead of one picture.`,
    );
  }
  const [batch, a, b, c] = input.dims as [
    number | string,
    number | string,
    number | string,
    number | string,
  ];
  const layout = c === 3 && a !== 3 ? 'NHWC' : 'NCHW';
  const [channels, rows, columns] = layout === 'NHWC' ? [c, a, b] : [a, b, c];
  if (typeof channels === 'number' && channels !== 3) {
    throw refuse(
      `${file} takes pictures of ${channels} channel${channels === 1 ? '' : 's'}: Graft's have 3, red, green and blue.`,
    );
  }
  const known = [rows, columns].filter((side) => typeof side === 'number') as number[];
  if (known.length === 2 && known[0] !== known[1]) {
    throw refuse(`${file} takes pictures of ${known[1]} x ${known[0]} pixels: Graft's are square.`);
  }
  return {
    name: input.name,
    layout,
    size: known[0] ?? null,
    exported: typeof batch === 'number' ? batch : null,
  };
}
