/** The data card: what the pictures are, how they were dealt, and what is twice. */
import { type SplitName, type StatisticsBar, splitName } from '../../../../src-shared/domain.ts';
import { bytes, count, number, pictures } from '../../../../src-shared/words.ts';
import type { ReportContents } from '../contents.ts';
import { type Html, html, table } from '../html.ts';

const sets: Readonly<Record<SplitName, string>> = {
  train: 'To train',
  validation: 'To choose by',
  test: 'To test',
};

export function dataCard(contents: ReportContents): Html {
  const { project, statistics, duplicates } = contents;
  return html`<section aria-labelledby="pictures">
<h2 id="pictures">The pictures</h2>
<dl class="facts">
<div><dt>Pictures</dt><dd>${number(project.images)}</dd></div>
<div><dt>Labelled</dt><dd>${number(project.labelled)}</dd></div>
<div><dt>Left out</dt><dd>${number(project.excluded)}</dd></div>
<div><dt>Marked unsure</dt><dd>${number(project.unsure)}</dd></div>
${project.missing > 0 && html`<div><dt>Files missing</dt><dd>${number(project.missing)}</dd></div>`}
${statistics.refusedCount > 0 && html`<div><dt>Files refused</dt><dd>${number(statistics.refusedCount)}</dd></div>`}
</dl>
${dealt(contents)}
<h3>Copies</h3>
<p>${duplicates.exact === 0 ? 'No picture was found in more than one file.' : `${pictures(duplicates.exact)} ${duplicates.exact === 1 ? 'was' : 'were'} found in more than one file, and ${duplicates.exact === 1 ? 'counts' : 'count'} once.`}
${nearCopies(contents)}</p>
<h3>Sizes</h3>
<div class="three">
${bars('Shorter side, pixels', statistics.side, number)}
${bars('File', statistics.bytes, (value) => (value === 0 ? '0' : bytes(value)))}
${bars('Width by height', statistics.aspect, (value) => String(value))}
</div>
</section>`;
}

function nearCopies({ duplicates: { groups, pictures: many, apart } }: ReportContents): string {
  if (groups === 0) return 'None of the labelled ones is a near copy of another.';
  const there = `Of the labelled ones ${many} are near copies of one another (saved, scaled or slightly cropped anew), in ${count(groups, 'group')}`;
  return apart === 0
    ? `${there}; each group lies in one set.`
    : `${there}; ${apart} of the groups ${apart === 1 ? 'lies' : 'lie'} in more than one set, which makes the test a little easier than new pictures are.`;
}

/** By label and set, as the latest of the runs was given them. */
function dealt({ runs }: ReportContents): Html | null {
  const latest = runs
    .filter((each) => each.dealt !== null)
    .toSorted((a, b) => b.run.id - a.run.id)[0];
  if (!latest) return null;
  const { run, dealt: counts } = latest;
  const rows = run.classes.map((label, c) => ({ label, counts: counts![c]! }));
  const most = Math.max(1, ...rows.map(({ counts: each }) => total(each)));
  const others = runs.filter((each) =>
    splitName.options.some((set) => each.run.counts[set] !== run.counts[set]),
  );
  return html`<h3>Labels and sets</h3>
${table(`What run ${run.id} was given`, rows, [
  { title: 'Label', cell: ({ label }) => chip(label) },
  {
    title: html`<span class="hidden">As a bar</span>`,
    cell: ({ counts: each }) =>
      html`<div class="bar" aria-hidden="true">${splitName.options.map((set) => html`<i class="${set}" style="width:${((100 * each[set]) / most).toFixed(2)}%"></i>`)}</div>`,
  },
  ...splitName.options.map((set) => ({
    title: html`<i class="dot ${set}"></i> ${sets[set]}`,
    number: true,
    cell: ({ counts: each }: (typeof rows)[number]) => number(each[set]),
  })),
  { title: 'All', number: true, cell: ({ counts: each }) => number(total(each)) },
])}
<p class="quiet">Dealt once, at random but alike for every label. No training ever sees a test picture; the best epoch is chosen on the second set.
${others.length > 0 && `Trained on other counts: ${others.map((each) => `run ${each.run.id} (${splitName.options.map((set) => each.run.counts[set]).join(', ')})`).join('; ')}.`}</p>`;
}

const total = (counts: Readonly<Record<SplitName, number>>) =>
  splitName.options.reduce((sum, set) => sum + counts[set], 0);

export const chip = ({ name, colour }: { readonly name: string; readonly colour: number }): Html =>
  html`<span class="chip" style="background:var(--label-${colour})">${name}</span>`;

function bars(
  title: string,
  all: readonly StatisticsBar[],
  words: (value: number) => string,
): Html {
  const most = Math.max(1, ...all.map((bar) => bar.count));
  const first = all.findIndex((bar) => bar.count > 0);
  const last = all.findLastIndex((bar) => bar.count > 0);
  return html`<div>${table({ hidden: title }, first < 0 ? [] : all.slice(first, last + 1), [
    {
      title,
      cell: ({ from, to }) =>
        to === null ? `${words(from)} and more` : `${words(from)} to ${words(to)}`,
    },
    {
      title: html`<span class="hidden">As a bar</span>`,
      cell: (bar) =>
        html`<div class="bar" aria-hidden="true"><i style="width:${((100 * bar.count) / most).toFixed(2)}%"></i></div>`,
    },
    { title: 'Pictures', number: true, cell: (bar) => number(bar.count) },
  ])}</div>`;
}
