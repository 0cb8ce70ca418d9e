/**
 * The report as one HTML file that holds everything it shows: no script, and nothing that is fetched, as its
 * own content security policy makes sure of.
 */
import { unbroken } from '../../../src-shared/words.ts';
import { version } from '../../programs.ts';
import type { ReportContents } from './contents.ts';
import { type Html, html } from './html.ts';
import { adviceSection } from './sections/advice.ts';
import { again, environment } from './sections/again.ts';
import { allCurves } from './sections/curves.ts';
import { dataCard } from './sections/pictures.ts';
import { runSection } from './sections/run.ts';
import { summary } from './sections/summary.ts';
import { style } from './style.ts';

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' });
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:";

/** @param font address of the typeface as `data:`; null for the reader's own */
export function reportPage(contents: ReportContents, font: string | null): string {
  const { project, comparison, writtenAt } = contents;
  return `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Graft ${version}">
<meta name="color-scheme" content="light dark">
<title>${project.name}: which recipe works on these pictures</title>
${style(font)}
</head>
<body>
<header>
<p class="quiet">Graft report <span aria-hidden="true">·</span> <time datetime="${writtenAt.toISOString()}">${day.format(writtenAt)}</time></p>
<h1>${project.name}</h1>
<p class="verdict">${unbroken(comparison.headline)}</p>
${contentsList(contents)}
</header>
<main>
${summary(contents)}
${allCurves(contents)}
${dataCard(contents)}
${adviceSection(contents)}
${contents.runs.map(runSection)}
${environment(contents)}
${again(contents)}
</main>
<footer class="quiet">Written by Graft ${version}. Nothing in this file is fetched from anywhere.</footer>
</body>
</html>
`.text
  }`;
}

function contentsList({ runs, advised }: ReportContents): Html {
  const places: readonly (readonly [string, string])[] = [
    ['summary', 'Side by side'],
    ...(runs.length > 1 ? [['curves', 'How they learned'] as const] : []),
    ['pictures', 'The pictures'],
    ...(advised.length > 0 ? [['advice', 'What the advisor said'] as const] : []),
    ...runs.map(({ run, name }) => [`run-${run.id}`, name] as const),
    ['environment', 'What it was done with'],
    ['again', 'Doing it again'],
  ];
  return html`<nav aria-label="Contents"><ol>${places.map(([id, words]) => html`<li><a href="#${id}">${words}</a></li>`)}</ol></nav>`;
}
