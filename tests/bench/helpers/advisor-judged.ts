/** The advisor's measurements of each cell of its benchmark beside what was trained there. */
import { lead, median } from '../../../src-main/engine/advise/similarity.ts';
import {
  headPart,
  logmePart,
  probesPart,
  similarityScore,
  statisticsPart,
} from '../../../src-shared/advisor/position.ts';
import type { RecipeName } from '../../../src-shared/recipes.ts';
import type { AdviceLine, Cell, RunLine } from './advisor-runs.ts';

type Similarity = AdviceLine['advice']['similarity'];

export interface Judged extends Cell {
  readonly name: string;
  readonly similarity: Similarity;
  readonly accuracies: ReadonlyMap<RecipeName, number>;
  /** Accuracy lost to the best recipe that was trained; null for one that was not. */
  regret(recipe: RecipeName): number | null;
}

export function judgedCells(lines: readonly (RunLine | AdviceLine)[]): readonly Judged[] {
  const nameOf = ({ set, perClass, seed }: Cell) => `${set} ${perClass} ${seed}`;
  return lines.flatMap((line): Judged[] => {
    // Lines of earlier versions lack the lead.
    if (line.kind !== 'advice' || !line.advice.similarity.lead) return [];
    const { set, perClass, seed, advice } = line;
    const name = nameOf(line);
    const accuracies = new Map(
      lines.flatMap((run) =>
        run.kind === 'run' && nameOf(run) === name ? [[run.recipe, run.accuracy] as const] : [],
      ),
    );
    const best = Math.max(...accuracies.values());
    return [
      {
        ...{ name, set, perClass, seed, accuracies },
        similarity: advice.similarity,
        regret: (recipe) => {
          const own = accuracies.get(recipe);
          return own === undefined ? null : best - own;
        },
      },
    ];
  });
}

/**
 * As the engine does, from what it measured by block.
 *
 * @param errors standard errors that the last block may be behind before it is doubted, in the place of the constant
 */
export function scoreOf({ byBlock, lead: measured, source }: Similarity, errors: number): number {
  const { value, high } = measured!;
  const error = (high - value) / 1.96;
  return similarityScore({
    probes: probesPart(value, error, errors),
    logme: logmePart(lead(byBlock.map(({ logme }) => logme))),
    statistics: statisticsPart(median(byBlock.map(({ divergence }) => divergence?.value ?? null))),
    head: source ? headPart(source.entropy.value) : null,
  });
}
