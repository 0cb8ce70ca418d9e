/** Gather: numbers picked along one axis by places that are known. */
import { numberOf } from '../../graph/attributes.ts';
import { float32, integers, size } from '../../graph/tensor.ts';
import { plain, type Rule, refusal, target } from '../tape.ts';

/** The gradient of the picked numbers, back in their places by a product with zeros and ones. */
export const gatherAlong: Rule = (tape, node) => {
  const { g } = tape;
  const [input, indices, output] = [node.inputs[0]!, node.inputs[1]!, node.outputs[0]!];
  const places = tape.frozen(indices);
  if (!places) throw refusal(node, 'picks by places that are computed');
  const dims = tape.dims(input);
  const given = numberOf(node, 'axis', 0);
  const axis = given < 0 ? given + dims.length : given;
  const inputs = [tape.read(input), tape.read(indices)];
  tape.define(output, g.node('Gather', inputs, { axis }));
  return (gradient) =>
    tape.flow(input, () => {
      const count = size(places.dims);
      const width = dims[axis] as number;
      const picked = new Float32Array(count * width);
      for (const [row, at] of integers(places).entries()) {
        picked[row * width + (at < 0 ? at + width : at)] = 1;
      }
      const matrix = g.initializer(g.fresh('picked'), float32([count, width], picked));
      const others = dims.map((_, i) => i).filter((i) => i !== axis);
      const dy = tape.reshape(tape.lay(gradient, 'channels-first'), target(dims.with(axis, count)));
      const order = [...others, axis];
      const last = g.node('Transpose', [dy], { perm: order });
      const placed = g.node('MatMul', [last, matrix]);
      const back = dims.map((_, i) => order.indexOf(i));
      return plain(g.node('Transpose', [placed], { perm: back }));
    });
};
