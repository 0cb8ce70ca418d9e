/** Values by epoch, with what each line is. */
import {
  type CurvesOf,
  curvesDrawing,
  drawnCurves,
} from '../../../../src-shared/figures/curves.ts';
import { runColour } from '../../../../src-shared/figures/run-colour.ts';
import type { ReportContents, RunContents } from '../contents.ts';
import { type Html, html, svg } from '../html.ts';

const width = 440;

function figure(of: CurvesOf): Html | null {
  const drawing = curvesDrawing(of, width);
  if (!drawing) return null;
  return html`<figure>
<figcaption><b>${of.title}</b> ${drawnCurves(of.curves).map(
    ({ name, colour, dashed, values }) =>
      html`<span class="key"><i class="stroke" style="border-color:${colour};${dashed && 'border-style:dashed'}"></i>${name} <span class="quiet">${values.at(-1)!.toFixed(2)}</span></span> `,
  )}</figcaption>
${svg(drawing)}
</figure>`;
}

/** Of all runs in one picture. */
export function allCurves({ runs }: ReportContents): Html | null {
  if (runs.length < 2) return null;
  const epochs = Math.max(1, ...runs.map((each) => each.epochs.length));
  const curves = (of: 'validationAccuracy' | 'validationLoss') =>
    runs.map(({ run, name, epochs }) => ({
      name,
      colour: runColour(run),
      values: epochs.map((epoch) => epoch[of]),
    }));
  return html`<section aria-labelledby="curves">
<h2 id="curves">How they learned</h2>
<div class="two">
${figure({ title: 'Validation accuracy', epochs, top: 1, curves: curves('validationAccuracy') })}
${figure({ title: 'Validation loss', epochs, curves: curves('validationLoss') })}
</div>
</section>`;
}

/** Of one run; the dashed line is the epoch whose weights were kept. */
export function runCurves({ run, epochs }: RunContents): Html {
  const room = Math.max(1, epochs.length);
  const marked = run.bestEpoch ?? undefined;
  const training = { name: 'training', colour: 'var(--fresh)' };
  const validation = { name: 'validation', colour: 'var(--accent)' };
  return html`<div class="two">
${figure({
  title: 'Loss',
  ...{ epochs: room, marked },
  curves: [
    { ...training, values: epochs.map(({ trainLoss }) => trainLoss) },
    { ...validation, values: epochs.map(({ validationLoss }) => validationLoss) },
  ],
})}
${figure({
  title: 'Accuracy',
  ...{ epochs: room, marked, top: 1 },
  curves: [{ ...validation, values: epochs.map(({ validationAccuracy }) => validationAccuracy) }],
})}
</div>`;
}
