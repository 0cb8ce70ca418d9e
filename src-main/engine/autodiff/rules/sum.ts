/** Sums of many numbers, of which none of the digits is lost. */
import type { GraphBuilder } from '../../graph/builder.ts';

/**
 * ReduceSum over some axes of a value that has `rank` of them. Only along the last ones does the runtime add up in several
 * lanes; along others it adds one number after the other, on one thread: of 100,000 numbers two digits are lost, and
 * it takes ten times as long. So what lies at the end is summed in one piece, and the rest axis by axis.
 * @param keepdims 1 keeps the axes, each with one place
 */
export function sumOver(
  g: GraphBuilder,
  name: string,
  axes: readonly number[],
  rank: number,
  keepdims: 0 | 1 = 0,
): string {
  const reduce = (from: string, over: readonly number[]) =>
    g.node('ReduceSum', [from, g.constant(over, 'int64')], { keepdims });
  const ascending = axes.toSorted((a, b) => a - b);
  const atEnd = ascending.filter((axis, i) => axis === rank - ascending.length + i);
  const others = ascending.slice(0, ascending.length - atEnd.length);
  const inner = atEnd.length > 0 ? reduce(name, atEnd) : name;
  return others.reduceRight((sum, axis) => reduce(sum, [axis]), inner);
}
