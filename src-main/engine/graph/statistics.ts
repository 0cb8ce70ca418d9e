/** The running mean and variance of every batch normalisation. */
import type { Node } from './graph.ts';

/** Names of the values that hold them. */
export function runningStatistics(nodes: readonly Node[]): readonly string[] {
  const names = nodes.flatMap(({ op, inputs }) =>
    op === 'BatchNormalization' ? inputs.slice(3, 5) : [],
  );
  return [...new Set(names)];
}
