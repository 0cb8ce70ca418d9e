/** What it was done with, and how to do it again. */

import { commandLine, trainAgain } from '../../../../src-shared/setting-flags.ts';
import { bytes, count } from '../../../../src-shared/words.ts';
import type { ReportContents } from '../contents.ts';
import { type Html, html, table } from '../html.ts';

export function environment({ environment: found, networks }: ReportContents): Html {
  return html`<section aria-labelledby="environment">
<h2 id="environment">What it was done with</h2>
${table('Where this report was written', found, [
  { title: 'What', cell: ([name]) => name },
  { title: 'Found', cell: ([, value]) => value },
])}
${table('Networks', networks, [
  { title: 'Network', cell: ({ title }) => title },
  { title: 'Licence of the weights', cell: ({ licence }) => licence },
  { title: 'From', cell: ({ source }) => source },
  { title: 'Parameters', number: true, cell: ({ parameters }) => parameters.toLocaleString('en') },
  { title: 'Input', number: true, cell: ({ inputSize }) => `${inputSize} × ${inputSize}` },
  { title: 'File', number: true, cell: (network) => network.bytes && bytes(network.bytes) },
])}
</section>`;
}

export function again({ project, runs }: ReportContents): Html {
  const inOrder = runs.toSorted((a, b) => a.run.id - b.run.id);
  const edited = inOrder.filter(({ relabelled }) => relabelled > 0);
  const lines = [
    ...inOrder.map(({ run }) => trainAgain(project.path, run)),
    ['report', project.path, ...inOrder.map(({ run }) => String(run.id)), '--out', 'report.html'],
  ];
  return html`<section aria-labelledby="again">
<h2 id="again">Doing it again</h2>
<p>In Graft’s folder, with the project where it was. The same seed on the same machine, with as many threads, gives the same numbers.
${edited.length > 0 && `But labels have changed since: of ${edited.map(({ run, relabelled }) => `${count(relabelled, 'picture')} of run ${run.id}`).join(', ')}; a training now is given the labels of now.`}</p>
<pre><code>${lines.map(
    (args) => html`${commandLine(args)}
`,
  )}</code></pre>
</section>`;
}
