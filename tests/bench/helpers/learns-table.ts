/** What the runs of `learns` say, as a table of Markdown. */
import { studentT975 } from '../../../src-shared/metrics.ts';
import { recipeNames } from '../../../src-shared/recipes.ts';
import { type LearnsLine, seeds, sets } from './learns-runs.ts';

interface Mean {
  readonly mean: number;
  /** Half of its 95 % interval, by Student's t; infinite for a single value. */
  readonly half: number;
}

export function meanOf(values: readonly number[]): Mean {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, half: Number.POSITIVE_INFINITY };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, half: studentT975(n - 1) * Math.sqrt(variance / n) };
}

export const points = (share: number) => (100 * share).toFixed(1);
const shown = ({ mean, half }: Mean) => `${points(mean)} ± ${points(half)}`;
export const signed = ({ mean, half }: Mean) =>
  `${mean < 0 ? '−' : '+'}${points(Math.abs(mean))} ± ${points(half)}`;

/** Accuracies in percent, and the mean of the differences seed by seed, in points. */
export function learnsTable(lines: readonly LearnsLine[]): string {
  const rows = sets.flatMap((set) =>
    recipeNames.flatMap((recipe) => {
      const own = lines.filter((line) => line.set === set && line.recipe === recipe);
      const of = (side: LearnsLine['side'], seed: number) =>
        own.find((line) => line.side === side && line.seed === seed)?.accuracy;
      const pairs = seeds.flatMap((seed) => {
        const [graft, pytorch] = [of('graft', seed), of('pytorch', seed)];
        return graft === undefined || pytorch === undefined ? [] : [{ graft, pytorch }];
      });
      if (pairs.length === 0) return [];
      const [graft, pytorch, difference] = [
        meanOf(pairs.map((pair) => pair.graft)),
        meanOf(pairs.map((pair) => pair.pytorch)),
        meanOf(pairs.map((pair) => pair.graft - pair.pytorch)),
      ];
      return [
        `| ${set} | ${recipe} | ${shown(graft)} | ${shown(pytorch)} | ${signed(difference)} | ${pairs.length} |`,
      ];
    }),
  );
  return [
    '| Set | Recipe | Graft, % | PyTorch, % | difference, points | seeds |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
