import type { SplitName } from '../../../src-shared/domain.ts';

/** The sets that a model learns from, is chosen by, and is judged by. */
export const setTitles: Readonly<Record<SplitName, string>> = {
  train: 'Training',
  validation: 'Validation',
  test: 'Test',
};
