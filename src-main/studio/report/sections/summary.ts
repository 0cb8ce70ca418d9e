/** What came of it: the verdict, all runs on one scale, and the tests of their differences. */
import type { PairVerdict, Run } from '../../../../src-shared/domain.ts';
import { intervalDot } from '../../../../src-shared/figures/interval-dot.ts';
import { runColour } from '../../../../src-shared/figures/run-colour.ts';
import { recipes } from '../../../../src-shared/recipes.ts';
import { fewTests, judgedByFolds, pWords, rankedBy } from '../../../../src-shared/verdict.ts';
import { duration, pictures } from '../../../../src-shared/words.ts';
import type { ReportContents, RunContents } from '../contents.ts';
import { type Column, type Html, html, svg, table } from '../html.ts';

export function summary({ runs, comparison }: ReportContents): Html {
  return html`<section aria-labelledby="summary">
<h2 id="summary">Side by side</h2>
${runTable(runs)}
<p class="quiet">Intervals are Wilson’s, of 95 %: where the true share would lie, were the pictures drawn anew. ${smallTest(runs)}</p>
${comparison.pairs.length > 0 && pairTable(runs, comparison.pairs)}
</section>`;
}

export const dot = (run: Run): Html =>
  html`<i class="dot" style="background:${runColour(run)}"></i>`;

function runTable(runs: readonly RunContents[]): Html {
  const resultOf = rankedBy(runs.map(({ run }) => run));
  const lowest = Math.min(...runs.map(({ run }) => resultOf(run)?.low ?? 1));
  const ends = [Math.max(0, Math.floor(lowest * 10) / 10), 1] as const;
  const rows = runs.map((each) => ({ ...each, result: resultOf(each.run) }));
  type Row = (typeof rows)[number];
  const mean = (title: string, of: (run: Run) => Run['foldMean']): readonly Column<Row>[] =>
    runs.some(({ run }) => of(run) !== null)
      ? [{ title, number: true, cell: ({ run }) => meanWords(of(run)) }]
      : [];
  return table('Runs, the best first', rows, [
    {
      title: 'Recipe',
      cell: ({ run }) =>
        html`${dot(run)} <a href="#run-${run.id}">${recipes[run.recipe].title}</a> <small class="quiet">run&nbsp;${run.id}</small>`,
    },
    { title: 'Network', cell: ({ network }) => network },
    {
      title: 'Accuracy',
      cell: ({ result, run }) =>
        result &&
        html`<div class="measure">${svg(intervalDot({ value: result.accuracy, ...result }, ends))}<span><b>${result.accuracy.toFixed(2)}</b> <span class="quiet">${range(result)} ${result === run.crossValidation && `in ${run.settings.folds} folds`}</span></span></div>${result !== run.crossValidation && inFolds(run)}`,
    },
    { title: 'Pictures', number: true, cell: ({ result }) => result?.count },
    { title: 'Macro F1', number: true, cell: ({ result }) => result?.macroF1.toFixed(2) },
    { title: 'Validation', number: true, cell: ({ run }) => run.validation?.accuracy.toFixed(2) },
    ...mean('Mean of folds', ({ foldMean }) => foldMean),
    ...mean('Mean of seeds', ({ seedMean }) => seedMean),
    { title: 'Time', number: true, cell: ({ run }) => run.seconds && duration(run.seconds) },
  ]);
}

/** Beside a result on the test: of other pictures, so runs are not ranked by it. */
const inFolds = ({ crossValidation: all, settings }: Run): Html | null =>
  all &&
  html`<small class="quiet">all ${all.count} in ${settings.folds} folds ${all.accuracy.toFixed(2)}, ${range(all).replaceAll(' ', '\u00a0')}</small>`;

export const range = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `${low.toFixed(2)} to ${high.toFixed(2)}`;

const meanWords = (of: Run['foldMean']) =>
  of && html`${of.mean.toFixed(2)} <span class="quiet">${range(of)}</span>`;

/** Said plainly where a test is too small to say much. */
function smallTest(runs: readonly RunContents[]): string {
  const small = runs.find(({ run }) => !judgedByFolds(run) && (run.test?.count ?? 0) < fewTests);
  if (!small) return '';
  const { id, test } = small.run;
  return `Run ${id} was tested on ${pictures(test?.count ?? 0)} only, so its interval is wide; cross-validation (the setting folds) would judge it on all ${pictures(Object.values(small.run.counts).reduce((sum, each) => sum + each, 0))}.`;
}

function pairTable(runs: readonly RunContents[], pairs: readonly PairVerdict[]): Html {
  const nameOf = (id: number) => runs.find(({ run }) => run.id === id)?.name ?? `run ${id}`;
  return html`<h3>Is the difference real?</h3>
${table('McNemar’s exact test of every two runs', pairs, [
  { title: 'Runs', cell: ({ a, b }) => `${nameOf(a)} and ${nameOf(b)}` },
  { title: 'Verdict', cell: ({ verdict }) => verdict },
  { title: 'Only the first right', number: true, cell: ({ onlyA }) => onlyA },
  { title: 'Only the second', number: true, cell: ({ onlyB }) => onlyB },
  {
    title: 'Of',
    number: true,
    cell: ({ count, pooled }) => `${count}${pooled ? ' in folds' : ''}`,
  },
  { title: 'p', number: true, cell: ({ pValue }) => pWords(pValue).replace(/^p (= )?/, '') },
])}
<p class="quiet">p: how often chance alone would give so uneven a count, were both equally good (McNemar 1947). Below 0.05 the difference is called real.</p>`;
}
