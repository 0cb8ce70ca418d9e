/** The words of the trade, once: what SQL, TypeScript, the command line and the screen all call the same. */
export * from './domain/assist.ts';
export * from './domain/backbones.ts';
export * from './domain/base.ts';
export * from './domain/datasets.ts';
export * from './domain/filters.ts';
export * from './domain/history.ts';
export * from './domain/images.ts';
export * from './domain/labels.ts';
export * from './domain/project.ts';
export * from './domain/results.ts';
export * from './domain/runs.ts';
export * from './domain/statistics.ts';
