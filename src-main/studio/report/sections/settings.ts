/** The recipe of a run: what was done to the network, with every setting that it has. */
import { blockBars, blockWords } from '../../../../src-shared/figures/network-blocks.ts';
import { blockUse, defaultSettings, recipes } from '../../../../src-shared/recipes.ts';
import { groupsOf, shownValue } from '../../../../src-shared/setting-fields.ts';
import { settingGroups } from '../../../../src-shared/train-settings.ts';
import type { RunContents } from '../contents.ts';
import { type Html, html, table } from '../html.ts';

export function recipeSection({ run, network, blocks }: RunContents): Html {
  const { summary } = recipes[run.recipe];
  const use = { ...blockUse(run.recipe, run.settings, blocks) };
  return html`<h3>Recipe</h3>
<div class="recipe">
<p>${summary} The network is ${network}${run.trained && `; trained: ${run.trained}`}.</p>
<div class="network" role="img" aria-label="${blockWords(use, blocks)}">${blockBars(use, blocks).map(({ kind, height }) => html`<i class="${kind}" style="height:${height.toFixed(0)}%"></i>`)}</div>
</div>
${run.notes.map((note) => html`<p>${note}</p>`)}
${layers(run)}
${quantised(run)}
<details open><summary>Every setting</summary>
<div class="settings">${settings(run)}</div>
<p class="quiet">Those in bold are not what the recipe begins with.</p>
</details>`;
}

function settings({ recipe, settings: chosen }: RunContents['run']): readonly Html[] {
  return groupsOf(recipe).map(
    ({ group, fields }) => html`<div class="group"><h4>${settingGroups[group]}</h4><dl>
${fields.map((field) => {
  const [value, usual] = [chosen[field.name], defaultSettings[recipe][field.name]];
  const words = shownValue(field, value);
  return html`<div><dt>${field.title}</dt><dd>${value === usual ? words : html`<b title="${shownValue(field, usual)} unless changed">${words}</b>`}</dd></div>
`;
})}</dl></div>`,
  );
}

/** What an early layer was chosen from. */
function layers({ layers: all }: RunContents['run']): Html | null {
  return (
    all &&
    html`<div class="narrow">${table(
      'Layers that were compared, by cross-validation on the training pictures',
      all,
      [
        { title: 'Layer', cell: ({ block }) => block },
        { title: 'Accuracy', number: true, cell: ({ accuracy }) => accuracy.toFixed(2) },
        { title: 'Loss', number: true, cell: ({ loss }) => loss.toFixed(3) },
      ],
    )}</div>`
  );
}

function quantised({ quantisation }: RunContents['run']): Html | null {
  if (!quantisation) return null;
  const { cosine, probe, pictures } = quantisation;
  return html`<p>The frozen part was run in 8 bits: its features have a mean cosine of ${cosine.toFixed(3)} with the exact ones on ${pictures} training pictures${probe && `; a linear classifier on them is right on ${probe.fast.toFixed(2)} against ${probe.exact.toFixed(2)}`}. The results are those of the exact network.</p>`;
}
