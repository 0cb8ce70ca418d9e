/** Everything about one run. */
import { recipes } from '../../../../src-shared/recipes.ts';
import { judged, judgedByFolds } from '../../../../src-shared/verdict.ts';
import { count, duration, pictures } from '../../../../src-shared/words.ts';
import type { Look, Mistake, RunContents } from '../contents.ts';
import { type Html, html } from '../html.ts';
import { calibration } from './calibration.ts';
import { runCurves } from './curves.ts';
import { confusionSection, labelTable } from './labels.ts';
import { recipeSection } from './settings.ts';
import { dot, range } from './summary.ts';

export function runSection(contents: RunContents): Html {
  const { run, network } = contents;
  return html`<section class="run" aria-labelledby="run-${run.id}">
<h2 id="run-${run.id}">${dot(run)} ${recipes[run.recipe].title} <span class="quiet">${network}, run ${run.id}</span></h2>
${result(run)}
${certainty(run)}
${runCurves(contents)}
${confusionSection(contents)}
${labelTable(contents)}
${mistakes(contents)}
${looks(contents)}
${calibration(contents)}
${recipeSection(contents)}
</section>`;
}

function result(run: RunContents['run']): Html {
  const of = judged(run);
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['Accuracy', of && `${of.accuracy.toFixed(2)}`],
    ['95 % interval', of && range(of)],
    ['Macro F1', of?.macroF1.toFixed(2)],
    [judgedByFolds(run) ? 'Pictures, in folds' : 'Test pictures', of && String(of.count)],
    ['Best epoch', run.bestEpoch && `${run.bestEpoch} of ${run.epochs}`],
    ['Time', run.seconds && duration(run.seconds)],
  ].map(([name, value]) => [String(name), value ? String(value) : null]);
  return html`<dl class="facts">${facts.map(([name, value]) => value && html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Cross-validation and other seeds, where there are. */
function certainty({
  test,
  crossValidation: folds,
  foldMean,
  seedMean,
  settings,
}: RunContents['run']) {
  return html`${
    folds &&
    foldMean &&
    html`<p>Cross-validated in ${settings.folds} folds: right on ${folds.accuracy.toFixed(2)} (${range(folds)}) of all ${pictures(folds.count)}, each judged by a network that had not seen it; the folds come to ${foldMean.values.map((value) => value.toFixed(2)).join(', ')}, on average ${foldMean.mean.toFixed(2)} (${range(foldMean)}, Student’s t). ${test && `On its ${pictures(test.count)} of the test it is right on ${test.accuracy.toFixed(2)} (${range(test)}).`}</p>`
  }${
    seedMean &&
    html`<p>Trained with ${count(seedMean.values.length, 'seed')}: ${seedMean.values.map((value) => value.toFixed(2)).join(', ')} on the test, on average ${seedMean.mean.toFixed(2)} (${range(seedMean)}).</p>`
  }`;
}

const img = (address: string | null, alt: string): Html =>
  address === null
    ? html`<span class="gone">cannot be read</span>`
    : html`<img src="${address}" alt="${alt}">`;

function mistakes({ run, judged: said, mistakes: shown }: RunContents): Html {
  const wrong = said.filter(({ actual, predicted }) => actual !== predicted).length;
  if (wrong === 0) return html`<h3>Mistakes</h3><p>None on ${pictures(said.length)}.</p>`;
  const item = ({ prediction, address, name }: Mistake) => {
    const is = run.classes[prediction.actual]!.name;
    const called = run.classes[prediction.predicted]!.name;
    return html`<li>${img(address, `${name}: ${is}, called ${called}`)}
<span>${called} <span class="quiet">${prediction.probability.toFixed(2)}</span></span><span class="quiet">is ${is}</span></li>
`;
  };
  return html`<h3>Its most confident mistakes</h3>
<p class="quiet">${shown.length < wrong ? `${shown.length} of ${count(wrong, 'mistake')}` : count(wrong, 'mistake')}, the surest first. A confident mistake is often a wrong label.</p>
<ul class="thumbs">${shown.map(item)}</ul>`;
}

function looks({ run, looks: shown, noLooks }: RunContents): Html {
  if (shown.length === 0) return html`<h3>Where it looks</h3><p class="quiet">${noLooks}</p>`;
  const item = ({ prediction, address, heat, name, words }: Look) => {
    const said = run.classes[prediction.predicted]!.name;
    const right = prediction.actual === prediction.predicted;
    return html`<li><div class="pair">${img(address, name)}${img(heat, `what speaks for ${said}: ${words}`)}</div>
<span>${said} <span class="quiet">${prediction.probability.toFixed(2)}</span></span><span class="quiet">${right ? 'right' : `is ${run.classes[prediction.actual]!.name}`}</span></li>
`;
  };
  return html`<h3>Where it looks</h3>
<p class="quiet">What in a test picture speaks for the label that it was called (Grad-CAM, at ${shown[0]!.block}): bright is much.</p>
<ul class="looks">${shown.map(item)}</ul>`;
}
