/**
 * `npm run -s bench -- advisor-regret [RESULTS]`: what the results of `advisor` say. The similarity below which the
 * advisor turns to early features is fitted on the other sets, never on the one that it is judged on.
 */
import { join } from 'node:path';
import type { RecipeName } from '../../src-shared/recipes.ts';
import type { AdviceLine, RunLine } from './helpers/advisor-runs.ts';
import { readLines } from './helpers/json-lines.ts';

const results = process.argv[2] ?? join(import.meta.dirname, 'results', 'advisor.jsonl');
const lines = await readLines<RunLine | AdviceLine>(results);

interface Judged {
  readonly name: string;
  readonly set: string;
  readonly perClass: number;
  readonly score: number;
  readonly regret: (recipe: RecipeName) => number | null;
}

const judged = lines.flatMap((line): Judged[] => {
  if (line.kind !== 'advice') return [];
  const { set, perClass, seed } = line;
  const accuracies = new Map<RecipeName, number>();
  for (const run of lines) {
    if (run.kind !== 'run' || run.set !== set || run.perClass !== perClass || run.seed !== seed)
      continue;
    accuracies.set(run.recipe, run.accuracy);
  }
  const best = Math.max(...accuracies.values());
  const regret = (recipe: RecipeName) => {
    const own = accuracies.get(recipe);
    return own === undefined ? null : best - own;
  };
  return [
    {
      name: `${set} ${perClass} ${seed}`,
      set,
      perClass,
      score: line.advice.similarity.score,
      regret,
    },
  ];
});

const advised = ({ score }: Judged, least: number): RecipeName =>
  score >= least ? 'feature-extraction' : 'early-features';
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
const known = (values: readonly (number | null)[]) => values.filter((value) => value !== null);

function fitted(on: readonly Judged[]): number {
  const regretWith = (least: number) =>
    mean(known(on.map((cell) => cell.regret(advised(cell, least)))));
  const candidates = Array.from({ length: 41 }, (_, i) => 0.3 + i / 100);
  const least = Math.min(...candidates.map(regretWith));
  const good = candidates.filter((each) => regretWith(each) < least + 1e-9);
  return good[Math.floor(good.length / 2)]!;
}

const rules: Readonly<Record<string, (cell: Judged) => RecipeName>> = {
  'the advisor, fitted on the other sets': (cell) =>
    advised(cell, fitted(judged.filter(({ set }) => set !== cell.set))),
  'the advisor as it is (0.5)': (cell) => advised(cell, 0.5),
  'always feature-extraction': () => 'feature-extraction',
  'always early-features': () => 'early-features',
  'always fine-tune-top': () => 'fine-tune-top',
  'always fine-tune-all': () => 'fine-tune-all',
  'by count alone (fine-tune-top from 20 of a label)': ({ perClass }) =>
    perClass < 20 ? 'feature-extraction' : 'fine-tune-top',
};
console.log(`${lines.filter(({ kind }) => kind === 'run').length} runs, ${judged.length} advices`);
console.log('| Choice | mean regret | worst | cells |\n|---|---|---|---|');
for (const [title, rule] of Object.entries(rules)) {
  const regrets = known(judged.map((cell) => cell.regret(rule(cell))));
  const points = (share: number) => (100 * share).toFixed(1);
  console.log(
    `| ${title} | ${points(mean(regrets))} | ${points(Math.max(...regrets))} | ${regrets.length} |`,
  );
}
console.log('\n| Cell | similarity | advised | regret |\n|---|---|---|---|');
for (const cell of judged) {
  const recipe = advised(cell, 0.5);
  const regret = cell.regret(recipe);
  console.log(
    `| ${cell.name} | ${cell.score.toFixed(2)} | ${recipe} | ${regret === null ? '–' : (100 * regret).toFixed(1)} |`,
  );
}
