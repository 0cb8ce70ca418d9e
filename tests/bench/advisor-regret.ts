/**
 * `npm run -s bench -- advisor-regret [RESULTS]`: what the results of `advisor` say. Constants of the decision are
 * fitted on the other sets, never on the one that they are judged on; the sums of the measurements are taken anew,
 * for the advisor may have changed since they were made.
 */
import { join } from 'node:path';
import { constants, quadrantOf } from '../../src-shared/advisor/position.ts';
import { recommended } from '../../src-shared/advisor/recommend.ts';
import { square } from '../../src-shared/advisor/square.ts';
import { type RecipeName, recipeNames } from '../../src-shared/recipes.ts';
import { type Judged, judgedCells, scoreOf } from './helpers/advisor-judged.ts';
import { type AdviceLine, firstSets, type RunLine } from './helpers/advisor-runs.ts';
import { readLines } from './helpers/json-lines.ts';

const results = process.argv[2] ?? join(import.meta.dirname, 'results', 'advisor.jsonl');
const lines = await readLines<RunLine | AdviceLine>(results);
const cells = judgedCells(lines);
const sets = new Set(cells.map(({ set }) => set));

const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
const points = (share: number) => (100 * share).toFixed(1);

type Rule = (cell: Judged) => RecipeName;

/** Early features where the last block is behind by more than so many standard errors, else another recipe. */
const rule =
  (errors: number, otherwise: RecipeName): Rule =>
  (cell) =>
    scoreOf(cell.similarity, errors) < 0.5 ? 'early-features' : otherwise;

const regretOf = (of: readonly Judged[], choose: Rule): number[] =>
  of.map((cell) => cell.regret(choose(cell))).filter((value) => value !== null);

const compared = [
  'feature-extraction',
  'early-features',
  'fine-tune-top',
  'fine-tune-all',
] as const;
const isWhole = ({ accuracies }: Judged) => compared.every((recipe) => accuracies.has(recipe));

const doubts = Array.from({ length: 17 }, (_, i) => i / 4);
/** What may follow where the network is trusted, the cheapest first. */
const trusting = ['feature-extraction', 'fine-tune-top', 'fine-tune-all'] as const;

interface Fit {
  readonly errors: number;
  readonly otherwise: RecipeName;
}

/** Does what `costly` gains over `cheap` stand out from chance: by more than a standard error? (Breiman et al. 1984) */
function isBetter(costly: readonly number[], cheap: readonly number[]): boolean {
  const gains = cheap.map((regret, i) => regret - costly[i]!);
  const gain = mean(gains);
  const spread = gains.reduce((sum, each) => sum + (each - gain) ** 2, 0) / (gains.length - 1);
  return gain > Math.sqrt(spread / gains.length);
}

/**
 * The middle of the standard errors with which the mean regret of the two recipes on a frozen network is least; and with
 * them the cheapest recipe that no costlier one is better than, where all were trained.
 */
function fitted(others: readonly Judged[]): Fit {
  const withDoubt = doubts.map((errors) =>
    mean(regretOf(others, rule(errors, 'feature-extraction'))),
  );
  const good = doubts.filter((_, i) => withDoubt[i]! < Math.min(...withDoubt) + 1e-9);
  const errors = good[Math.floor(good.length / 2)]!;
  const whole = others.filter(isWhole);
  const regrets = trusting.map((otherwise) => regretOf(whole, rule(errors, otherwise)));
  const best = regrets.findIndex((own, i) =>
    regrets.slice(i + 1).every((costlier) => !isBetter(costlier, own)),
  );
  return { errors, otherwise: trusting[best]! };
}
const fittedFor = new Map(
  [...sets].map((set) => [set, fitted(cells.filter((cell) => cell.set !== set))] as const),
);
const advised = square['similar-little'].recipe;

const free = Object.fromEntries(
  recipeNames.map((recipe) => [recipe, { seconds: 0, memoryBytes: 0 }]),
) as Record<RecipeName, { seconds: number; memoryBytes: number }>;
/** The best of the three that are offered, for whoever trains and compares them; as if none took long. */
const ofThree: Rule = (cell) => {
  const score = scoreOf(cell.similarity, constants.probes.errors);
  const offered = recommended(quadrantOf(score, 0), free, cell.similarity);
  return offered
    .map(({ recipe }) => recipe)
    .toSorted((a, b) => cell.regret(a)! - cell.regret(b)!)[0]!;
};

const rules: Readonly<Record<string, Rule>> = {
  'the advisor, fitted on the other sets': (cell) => {
    const { errors, otherwise } = fittedFor.get(cell.set)!;
    return rule(errors, otherwise)(cell);
  },
  [`the advisor as it is (${constants.probes.errors} standard errors, else ${advised})`]: rule(
    constants.probes.errors,
    advised,
  ),
  ...Object.fromEntries(
    trusting
      .filter((recipe) => recipe !== advised)
      .map((recipe) => [`the same, else ${recipe}`, rule(constants.probes.errors, recipe)]),
  ),
  'the best of the three that it offers': ofThree,
  'always feature-extraction': () => 'feature-extraction',
  'always early-features': () => 'early-features',
  'always fine-tune-top': () => 'fine-tune-top',
  'always fine-tune-all': () => 'fine-tune-all',
  'by count alone (fine-tune-top from 20 of a label)': ({ perClass }) =>
    perClass < 20 ? 'feature-extraction' : 'fine-tune-top',
};

/** The largest mean of the seeds of a set at a size: what is left when the luck of one draw is not counted. */
function worstOfSeeds(of: readonly Judged[], choose: Rule): number {
  const groups = Map.groupBy(of, ({ set, perClass }) => `${set} ${perClass}`);
  const means = [...groups.values()].map((group) => regretOf(group, choose));
  return Math.max(...means.filter(({ length }) => length > 0).map(mean));
}

function table(title: string, of: readonly Judged[]): void {
  console.log(`\n${title}\n\n| Choice | mean regret | worst | worst, mean of seeds | cells |`);
  console.log('|---|---|---|---|---|');
  for (const [name, choose] of Object.entries(rules)) {
    const regrets = regretOf(of, choose);
    if (regrets.length === 0) continue;
    const figures = [mean(regrets), Math.max(...regrets), worstOfSeeds(of, choose)].map(points);
    console.log(`| ${[name, ...figures, regrets.length].join(' | ')} |`);
  }
}

const runs = lines.filter(({ kind }) => kind === 'run').length;
console.log(`${runs} runs, ${cells.length} advices, ${sets.size} sets`);
table('Where all but from-scratch were trained:', cells.filter(isWhole));
table(
  'The same on the first six sets:',
  cells.filter((cell) => isWhole(cell) && firstSets.has(cell.set)),
);
const fits = new Set(
  [...fittedFor.values()].map(
    ({ errors, otherwise }) => `${errors} standard errors, else ${otherwise}`,
  ),
);
console.log(`\nFitted: ${[...fits].toSorted().join('; ')}`);
const own = rules[Object.keys(rules)[1]!]!;
console.log('\n| Cell | similarity | advised | regret | trained |\n|---|---|---|---|---|');
for (const cell of cells) {
  const regret = cell.regret(own(cell));
  const trained = [...cell.accuracies].map(([recipe, share]) => `${recipe} ${points(share)}`);
  const score = scoreOf(cell.similarity, constants.probes.errors).toFixed(2);
  const row = [cell.name, score, own(cell), regret === null ? '–' : points(regret)];
  console.log(`| ${[...row, trained.join(', ')].join(' | ')} |`);
}
