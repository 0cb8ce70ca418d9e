import type { Run } from '../domain.ts';

/** The label hues, so that any few in a row are far apart: also for eyes that tell red and green apart badly. */
const hues = [5, 6, 3, 7, 1, 9, 10, 2, 8, 4];

/**
 * A run's own colour in the curves and the table; ten are told apart, then they come again. Drawn towards
 * the text so that a thin line is seen on both themes.
 */
export const runColour = ({ id }: Pick<Run, 'id'>): string =>
  `color-mix(in srgb, var(--label-${hues[(id - 1) % hues.length]}) 78%, var(--text))`;
