/** The advisor's measurements of each cell of its benchmark beside what was trained there. */
import {
  headPart,
  logmePart,
  probesPart,
  similarityScore,
  statisticsPart,
} from '../../../src-shared/advisor/position.ts';
import { earlyBlocks, type RecipeName } from '../../../src-shared/recipes.ts';
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
export function scoreOf({ byBlock, lead, source }: Similarity, errors: number): number {
  const early = earlyBlocks(byBlock.length);
  const depths = byBlock.map(({ logme }) => logme);
  const divergences = byBlock
    .flatMap(({ divergence }) => (divergence ? [divergence.value] : []))
    .toSorted((a, b) => a - b);
  const { value, high } = lead!;
  const error = (high - value) / 1.96;
  return similarityScore({
    probes: probesPart(value, error, errors),
    logme: logmePart(depths.at(-1)! - Math.max(...depths.slice(0, early))),
    statistics: statisticsPart(divergences[Math.floor(divergences.length / 2)]!),
    head: source ? headPart(source.entropy.value) : null,
  });
}
