/** Where the pictures stand in the square, what was recommended, and how that came out. */
import { gainWords } from '../../../../src-shared/advisor/learning-curve.ts';
import { square } from '../../../../src-shared/advisor/square.ts';
import { depthDrawing } from '../../../../src-shared/figures/depth-profile.ts';
import type { Drawing } from '../../../../src-shared/figures/drawing.ts';
import { learningCurveDrawing } from '../../../../src-shared/figures/learning-curve.ts';
import { squareDrawing } from '../../../../src-shared/figures/square.ts';
import { recipes } from '../../../../src-shared/recipes.ts';
import { pictures } from '../../../../src-shared/words.ts';
import type { Advised, ReportContents } from '../contents.ts';
import { type Html, html, svg, table } from '../html.ts';

export function adviceSection({ advised }: ReportContents): Html | null {
  if (advised.length === 0) return null;
  return html`<section aria-labelledby="advice">
<h2 id="advice">What the advisor said</h2>
${advised.map(one)}
</section>`;
}

const scored = (value: number, low: number, high: number) =>
  `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;

function one({ network, advice, outdated, outcome }: Advised): Html {
  const { similarity, amount, quadrant, recommended } = advice;
  return html`<h3>${network}</h3>
${outcome && html`<p class="said">${outcome.words}</p>`}
<p><b>${square[quadrant].title}.</b> ${square[quadrant].words}</p>
<p>Similarity ${scored(similarity.score, similarity.low, similarity.high)} and amount ${scored(amount.score, amount.low, amount.high)}, each from 0 to 1. ${gainWords(amount.gainFromDoubling)} ${outdated && `Measured on ${pictures(amount.labelled)}; the labels have changed since.`}</p>
<div class="place">
${figure('Where the pictures stand', squareDrawing(advice))}
${figure('Accuracy by depth', depthDrawing('Accuracy by depth', similarity.byBlock))}
${figure('What more labels bring', learningCurveDrawing('What more labels bring', amount))}
</div>
${table('Recommended, the best first', recommended, [
  { title: 'Recipe', cell: ({ recipe }) => recipes[recipe].title },
  { title: 'Why', cell: ({ why }) => why },
])}`;
}

const figure = (title: string, drawing: Drawing): Html => html`<figure>
<figcaption><b>${title}</b></figcaption>
${svg(drawing)}
</figure>`;
