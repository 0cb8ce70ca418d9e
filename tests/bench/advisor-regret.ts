/**
 * `npm run -s bench -- advisor-regret [RESULTS]`: what the results of `advisor` say. Constants of the decision are
 * fitted on the other sets, never on the one that they are judged on; the sums of the measurements are taken anew,
 * for the advisor may have changed since they were made.
 */
import { join } from 'node:path';
import { constants } from '../../src-shared/advisor/position.ts';
import type { RecipeName } from '../../src-shared/recipes.ts';
import { type Judged, judgedCells, scoreOf } from './helpers/advisor-judged.ts';
import type { AdviceLine, RunLine } from './helpers/advisor-runs.ts';
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

const candidates = Array.from({ length: 17 }, (_, i) => i / 4);
/** The middle of the standard errors with which the others' mean regret is least. */
function fitted(others: readonly Judged[], otherwise: RecipeName): number {
  const with_ = candidates.map((errors) => mean(regretOf(others, rule(errors, otherwise))));
  const good = candidates.filter((_, i) => with_[i]! < Math.min(...with_) + 1e-9);
  return good[Math.floor(good.length / 2)]!;
}
const fittedFor = new Map(
  [...sets].map((set) => {
    const others = cells.filter((cell) => cell.set !== set);
    return [set, fitted(others, 'feature-extraction')] as const;
  }),
);

const rules: Readonly<Record<string, Rule>> = {
  'the advisor, fitted on the other sets': (cell) =>
    rule(fittedFor.get(cell.set)!, 'feature-extraction')(cell),
  [`the advisor as it is (${constants.probes.errors} standard errors)`]: rule(
    constants.probes.errors,
    'feature-extraction',
  ),
  'the same, but fine-tune-all for the last block': rule(constants.probes.errors, 'fine-tune-all'),
  'always feature-extraction': () => 'feature-extraction',
  'always early-features': () => 'early-features',
  'always fine-tune-top': () => 'fine-tune-top',
  'always fine-tune-all': () => 'fine-tune-all',
  'by count alone (fine-tune-top from 20 of a label)': ({ perClass }) =>
    perClass < 20 ? 'feature-extraction' : 'fine-tune-top',
};

function table(title: string, of: readonly Judged[]): void {
  console.log(`\n${title}\n\n| Choice | mean regret | worst | cells |\n|---|---|---|---|`);
  for (const [name, choose] of Object.entries(rules)) {
    const regrets = regretOf(of, choose);
    if (regrets.length === 0) continue;
    const row = [name, points(mean(regrets)), points(Math.max(...regrets)), regrets.length];
    console.log(`| ${row.join(' | ')} |`);
  }
}

const runs = lines.filter(({ kind }) => kind === 'run').length;
console.log(`${runs} runs, ${cells.length} advices, ${sets.size} sets`);
table(
  'Where all but from-scratch were trained:',
  cells.filter(({ accuracies }) =>
    (['feature-extraction', 'early-features', 'fine-tune-top', 'fine-tune-all'] as const).every(
      (recipe) => accuracies.has(recipe),
    ),
  ),
);
table(
  'Where at least the two recipes on a frozen network were:',
  cells.filter(
    ({ accuracies }) => accuracies.has('feature-extraction') && accuracies.has('early-features'),
  ),
);

console.log(
  `\nFitted: ${[...new Set(fittedFor.values())].toSorted((a, b) => a - b).join(', ')} standard errors`,
);
const own = rules[Object.keys(rules)[1]!]!;
console.log('\n| Cell | similarity | advised | regret | trained |\n|---|---|---|---|---|');
for (const cell of cells) {
  const regret = cell.regret(own(cell));
  const trained = [...cell.accuracies].map(([recipe, share]) => `${recipe} ${points(share)}`);
  const score = scoreOf(cell.similarity, constants.probes.errors).toFixed(2);
  const row = [cell.name, score, own(cell), regret === null ? '–' : points(regret)];
  console.log(`| ${[...row, trained.join(', ')].join(' | ')} |`);
}
