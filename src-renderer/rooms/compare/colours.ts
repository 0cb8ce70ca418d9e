import type { Run } from '../../../src-shared/domain.ts';

/**
 * A run's own colour in the curves and the table; ten are told apart, then they come again. Label hues,
 * drawn towards the text so that a thin line of them is seen on both themes.
 */
export const runColour = ({ id }: Pick<Run, 'id'>): string =>
  `color-mix(in srgb, var(--label-${((id * 3 - 3) % 10) + 1}) 78%, var(--text))`;
