/** Resize of maps: a mixture of rows and columns, so the gradient is two products with the transposed mixtures. */
import { mixture, resizeObstacle } from '../../graph/interpolation.ts';
import { float32 } from '../../graph/tensor.ts';
import { plain, type Rule, refusal, target } from '../tape.ts';

export const resize: Rule = (tape, node) => {
  const { g } = tape;
  const [input, , scales, sizes] = node.inputs as readonly (string | undefined)[];
  const output = node.outputs[0]!;
  const why = resizeObstacle(node);
  if (why) throw refusal(node, why);
  const [from, to] = [tape.dims(input!), tape.dims(output)];
  if (from.length !== 4 || from[0] !== to[0] || from[1] !== to[1]) {
    throw refusal(node, 'resizes other axes than height and width');
  }
  const given = scales ? tape.frozen(scales)?.data : undefined;
  const optional = (name: string | undefined) => (name ? tape.read(name) : '');
  const how = [tape.read(input!), '', optional(scales), ...(sizes ? [tape.read(sizes)] : [])];
  tape.define(output, g.node('Resize', how, node.attributes));
  return (gradient) =>
    tape.flow(input!, () => {
      const matrix = (axis: 2 | 3) => {
        const [old, now] = [from[axis] as number, to[axis] as number];
        const scale = given && given.length === 4 ? Number(given[axis]) : now / old;
        const shares = float32([now, old], mixture(node, old, now, scale));
        return g.initializer(g.fresh('mixture'), shares);
      };
      const dy = tape.lay(gradient, 'channels-first');
      const rows = g.node('MatMul', [dy, matrix(3)]);
      const down = g.node('Transpose', [matrix(2)], { perm: [1, 0] });
      return plain(tape.reshape(g.node('MatMul', [down, rows]), target(from)));
    });
};
