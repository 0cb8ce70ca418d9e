/** Label by label, and what is mixed up with what. */

import { intervalDot } from '../../../../src-shared/figures/interval-dot.ts';
import { mixupShade } from '../../../../src-shared/figures/mixup-shade.ts';
import {
  classIntervals,
  classScores,
  confusionMatrix,
  type Interval,
} from '../../../../src-shared/metrics.ts';
import { judgedByFolds } from '../../../../src-shared/verdict.ts';
import { pictures } from '../../../../src-shared/words.ts';
import type { RunContents } from '../contents.ts';
import { type Html, html, svg, table } from '../html.ts';
import { chip } from './pictures.ts';
import { range } from './summary.ts';

/** With more labels a matrix is too small to be read: the mix-ups are listed then. */
const mostInMatrix = 24;
const mixupsListed = 20;

export function labelTable({ run, judged }: RunContents): Html {
  const confusion = confusionMatrix(judged, run.classes.length);
  const scores = classScores(confusion);
  const intervals = classIntervals(confusion);
  const rows = run.classes.map((label, c) => ({
    label,
    ...scores[c]!,
    intervals: intervals[c]!,
    said: confusion.reduce((sum, row) => sum + row[c]!, 0),
  }));
  const measure = (value: number, interval: Interval, none: string | false) =>
    none
      ? html`<span class="quiet">${none}</span>`
      : html`<div class="measure">${svg(intervalDot({ value, ...interval }, [0, 1]))}<span>${value.toFixed(2)} <span class="quiet">${range(interval)}</span></span></div>`;
  const basis = judgedByFolds(run)
    ? `On ${pictures(judged.length)}, each judged by a network that had not seen it`
    : `On ${pictures(judged.length)} that it never saw`;
  return html`<h3>Label by label</h3>
${table(`${basis}, with 95 % intervals`, rows, [
  { title: 'Label', cell: ({ label }) => chip(label) },
  { title: 'Pictures', number: true, cell: ({ support }) => support },
  {
    title: 'Precision',
    cell: ({ precision, intervals: of, said }) =>
      measure(precision, of.precision, said === 0 && 'never called so'),
  },
  {
    title: 'Recall',
    cell: ({ recall, intervals: of, support }) =>
      measure(recall, of.recall, support === 0 && 'no picture of it'),
  },
  { title: 'F1', cell: ({ f1, intervals: of }) => measure(f1, of.f1, false) },
])}
<p class="quiet">Precision: of the pictures called so, the share that are. Recall: of the pictures that are, the share called so. F1: the harmonic mean of the two.</p>`;
}

export function confusionSection({ run, judged }: RunContents): Html {
  const counts = confusionMatrix(judged, run.classes.length);
  return html`<h3>What it mixes up</h3>
${run.classes.length <= mostInMatrix ? matrix(run, counts) : mixups(run, counts)}`;
}

function matrix({ classes }: RunContents['run'], counts: readonly (readonly number[])[]): Html {
  const most = Math.max(1, ...counts.flat());
  const cell = (actual: number, predicted: number) => {
    const count = counts[actual]![predicted]!;
    if (count === 0) return html`<td class="none"></td>`;
    return html`<td style="background:${mixupShade(count, most, actual === predicted)}">${count}</td>`;
  };
  return html`<div class="scroll"><table class="matrix">
<caption>Rows are the labels, columns what the model said</caption>
<thead><tr><td></td>${classes.map(({ name }) => html`<th scope="col"><span>${name}</span></th>`)}</tr></thead>
<tbody>${classes.map(
    (
      { name },
      actual,
    ) => html`<tr><th scope="row">${name}</th>${classes.map((_, predicted) => cell(actual, predicted))}</tr>
`,
  )}</tbody>
</table></div>`;
}

function mixups({ classes }: RunContents['run'], counts: readonly (readonly number[])[]): Html {
  const all = counts
    .flatMap((row, actual) => row.map((count, predicted) => ({ actual, predicted, count })))
    .filter(({ actual, predicted, count }) => actual !== predicted && count > 0)
    .toSorted((a, b) => b.count - a.count);
  if (all.length === 0) return html`<p>Nothing: it made no mistake.</p>`;
  return table(`The most frequent of ${all.length} mix-ups`, all.slice(0, mixupsListed), [
    { title: 'Label', cell: ({ actual }) => classes[actual]!.name },
    { title: 'Called', cell: ({ predicted }) => classes[predicted]!.name },
    { title: 'Pictures', number: true, cell: ({ count }) => count },
  ]);
}
