/** How sure the network may be: reliability, temperature, and below what it is unsure. */
import {
  confident,
  coverageAt,
  coverageCurve,
  reliability,
} from '../../../../src-shared/calibration.ts';
import { coverageDrawing } from '../../../../src-shared/figures/coverage.ts';
import { reliabilityDrawing } from '../../../../src-shared/figures/reliability.ts';
import { percent, pictures } from '../../../../src-shared/words.ts';
import type { RunContents } from '../contents.ts';
import { type Html, html, svg } from '../html.ts';
import { range } from './summary.ts';

export function calibration({ run, test, validation }: RunContents): Html | null {
  if (test.length === 0) return null;
  const after = reliability(confident(test));
  const figure = (title: string, of: typeof after) => html`<figure>
<figcaption><b>${title}</b> <span class="quiet">calibration error ${of.ece.toFixed(3)}</span></figcaption>
${svg(reliabilityDrawing(title, of))}
</figure>`;
  const { temperature } = run;
  return html`<h3>How sure it may be</h3>
<p>Of what is said with 0.8, about 80 % should be right: on the dashed line. ${
    temperature !== null
      ? `The logits are divided by a temperature of ${temperature.toFixed(2)}, fitted on validation and kept in the saved model: the expected calibration error on ${pictures(test.length)} of the test is ${after.ece.toFixed(3)}.`
      : 'This run is of an older Graft, which fitted no temperature.'
  }</p>
<div class="three">
${temperature !== null && figure('As trained', reliability(confident(test, 'uncalibrated')))}
${figure(temperature !== null ? 'Calibrated' : 'As trained', after)}
${coverage(run, validation)}
</div>
${unsure({ run, test, validation })}`;
}

function coverage(
  { unsureBelow }: RunContents['run'],
  validation: RunContents['validation'],
): Html | null {
  if (validation.length === 0) return null;
  const said = confident(validation);
  const at = coverageAt(said, unsureBelow ?? 0);
  return html`<figure>
<figcaption><b>Coverage and accuracy</b> <span class="quiet">on validation</span></figcaption>
${svg(coverageDrawing('Coverage and accuracy on validation', coverageCurve(said), at))}
</figure>`;
}

function unsure({ run, test, validation }: Pick<RunContents, 'run' | 'test' | 'validation'>): Html {
  const { unsureBelow: below } = run;
  if (below === null)
    return html`<p>No threshold is chosen: it always answers. The curve shows what one would do.</p>`;
  const on = (said: RunContents['test']) => {
    const at = coverageAt(confident(said), below);
    return `it answers ${percent(at.coverage)} of ${pictures(said.length)} and is right on ${percent(at.accuracy)} of them (${range(at)})`;
  };
  return html`<p>Below <b>${below.toFixed(2)}</b> it says that it is unsure. On validation, on which that was chosen, ${on(validation)}; on the test ${on(test)}.</p>`;
}
