/** Gemm and MatMul. */
import { numberOf } from '../../graph/attributes.ts';
import { plain, type Rule, type Tape, type Value } from '../tape.ts';
import { unbroadcast } from './arithmetic.ts';

/** y = alpha a' b' + beta c, where a' and b' are a and b or their transposes. */
export const gemm: Rule = (tape, node) => {
  const { g } = tape;
  const [a, b, c] = node.inputs as [string, string, string | undefined];
  const [transA, transB] = [numberOf(node, 'transA', 0), numberOf(node, 'transB', 0)];
  const scale = numberOf(node, 'alpha', 1);
  const beta = numberOf(node, 'beta', 1);
  const alpha = { alpha: { float: scale } };
  const inputs = [a, b, ...(c ? [c] : [])].map((name) => tape.read(name));
  const factors = { transA, transB, ...alpha, beta: { float: beta } };
  tape.define(node.outputs[0]!, g.node('Gemm', inputs, factors));
  return (gradient) => {
    const dy = tape.lay(gradient, 'channels-first');
    const [inA, inB] = inputs as [string, string];
    tape.flow(a, () =>
      plain(
        transA
          ? g.node('Gemm', [inB, dy], { ...alpha, transA: transB, transB: 1 })
          : g.node('Gemm', [dy, inB], { ...alpha, transB: 1 - transB }),
      ),
    );
    tape.flow(b, () =>
      plain(
        transB
          ? g.node('Gemm', [dy, inA], { ...alpha, transA: 1, transB: transA })
          : g.node('Gemm', [inA, dy], { ...alpha, transA: 1 - transA }),
      ),
    );
    if (!c) return;
    tape.flow(c, () => {
      const whole = beta === 1 ? dy : g.node('Mul', [dy, g.constant(beta)]);
      return unbroadcast(tape, { ...gradient, name: whole, layout: 'channels-first' }, c);
    });
  };
};

/** Swaps the last two axes. */
function transposed(tape: Tape, name: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  perm.push(...perm.splice(-2).reverse());
  return tape.g.node('Transpose', [name], { perm });
}

export const matmul: Rule = (tape, node) => {
  const { g } = tape;
  const [a, b] = node.inputs as [string, string];
  const [inA, inB] = [tape.read(a), tape.read(b)];
  const [dimsA, dimsB] = [tape.dims(a), tape.dims(b)];
  tape.define(node.outputs[0]!, g.node('MatMul', [inA, inB]));
  return (gradient) => {
    const dy = tape.lay(gradient, 'channels-first');
    const leading = gradient.dims.slice(0, -2);
    const whole = (name: string, rows: Value['dims'][number], columns: Value['dims'][number]) =>
      ({ name, dims: [...leading, rows, columns], layout: 'channels-first' }) as const;
    tape.flow(a, () => {
      const name = g.node('MatMul', [dy, transposed(tape, inB, dimsB.length)]);
      return unbroadcast(tape, whole(name, dimsA.at(-2)!, dimsA.at(-1)!), a);
    });
    tape.flow(b, () => {
      const [inner, width] = [dimsB.at(-2) as number, dimsB.at(-1) as number];
      if (dimsB.length === 2) {
        // One product over all rows instead of one a picture, summed.
        const rows = [tape.reshape(inA, [-1, inner]), tape.reshape(dy, [-1, width])];
        return plain(g.node('Gemm', rows, { transA: 1 }));
      }
      const name = g.node('MatMul', [transposed(tape, inA, dimsA.length), dy]);
      return unbroadcast(tape, whole(name, inner, width), b);
    });
  };
};
