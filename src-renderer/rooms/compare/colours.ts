import type { Run } from '../../../src-shared/domain.ts';

/** A run's own colour in the curves and the table; ten are told apart, then they come again. */
export const runColour = ({ id }: Pick<Run, 'id'>): string =>
  `var(--label-${((id * 3 - 3) % 10) + 1})`;
