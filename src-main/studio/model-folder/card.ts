/**
 * The model card (Mitchell et al. 2019, "Model cards for model reporting"), as the README.md of an exported model:
 * Markdown, with the metadata that Hugging Face reads (https://huggingface.co/docs/hub/model-cards).
 */
import { confident, coverageAt, reliability } from '../../../src-shared/calibration.ts';
import {
  type Backbone,
  type Prediction,
  type Run,
  splitName,
  type TestResult,
} from '../../../src-shared/domain.ts';
import { classIntervals, classScores, confusionMatrix } from '../../../src-shared/metrics.ts';
import { recipes } from '../../../src-shared/recipes.ts';
import { changedSettings } from '../../../src-shared/setting-flags.ts';
import { trainSettings } from '../../../src-shared/train-settings.ts';
import { fewTests, judgedByFolds } from '../../../src-shared/verdict.ts';
import { count, pictures } from '../../../src-shared/words.ts';

export interface CardOf {
  readonly project: string;
  readonly run: Run;
  readonly network: Backbone;
  readonly test: readonly Prediction[];
  readonly validation: readonly Prediction[];
  /** All pictures in their folds where it is judged by them, else the test. */
  readonly judged: readonly Prediction[];
  /** Pictures by class and set. */
  readonly dealt: readonly (readonly number[])[] | null;
  readonly fast: boolean;
  readonly version: string;
}

export function modelCard(of: CardOf): string {
  const { run, project, network } = of;
  const names = run.classes.map(({ name }) => name);
  return [
    frontMatter(of),
    `# ${text(project)}: ${recipes[run.recipe].title.toLowerCase()} on ${text(network.title)}`,
    `An image classifier that tells ${count(names.length, 'label')} apart, trained with Graft ${of.version} from ${pictures(run.counts.train)}.`,
    '## Labels',
    labels(of),
    '## How good it is',
    results(of),
    '## How sure it may be',
    certainty(of),
    '## What it is for',
    intendedUse(of),
    '## How to use it',
    usage(of),
    '## How it was made',
    making(of),
  ]
    .join('\n\n')
    .concat('\n');
}

/** What somebody named must not become markup or a cell of its own. */
const text = (name: string): string =>
  name.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[\\`*_{}[\]<>()#|!~]/g, (sign) => `\\${sign}`);

const table = (titles: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [titles, titles.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

const two = (value: number) => value.toFixed(2);
const range = ({ low, high }: { readonly low: number; readonly high: number }) =>
  `${two(low)} to ${two(high)}`;
const scored = (result: TestResult) =>
  `**${two(result.accuracy)}** (95 % interval ${range(result)}), macro F1 ${two(result.macroF1)}`;

const licences: Readonly<Record<string, string>> = {
  MIT: 'mit',
  'Apache-2.0': 'apache-2.0',
  'BSD-3-Clause': 'bsd-3-clause',
};

/** JSON strings are YAML strings too. */
function frontMatter({ project, run, network, test }: CardOf): string {
  const licence = licences[network.licence];
  const lines = [
    ...(licence
      ? [`license: ${licence}`]
      : ['license: other', `license_name: ${JSON.stringify(network.licence)}`]),
    'library_name: onnx',
    'pipeline_tag: image-classification',
    'tags: [image-classification, transfer-learning, graft]',
    ...(run.test
      ? [
          'model-index:',
          `  - name: ${JSON.stringify(`${project}-${run.recipe}-${run.backbone}`)}`,
          '    results:',
          '      - task: { type: image-classification }',
          `        dataset: { name: ${JSON.stringify(project)}, type: imagefolder, split: test }`,
          '        metrics:',
          `          - { type: accuracy, value: ${run.test.accuracy.toFixed(4)} }`,
          `          - { type: f1, name: Macro F1, value: ${run.test.macroF1.toFixed(4)} }`,
          `          - { type: expected_calibration_error, value: ${reliability(confident(test)).ece.toFixed(4)} }`,
        ]
      : []),
  ];
  return ['---', ...lines, '---'].join('\n');
}

function labels({ run, judged, dealt }: CardOf): string {
  const confusion = confusionMatrix(judged, run.classes.length);
  const scores = classScores(confusion);
  const intervals = classIntervals(confusion);
  const rows = run.classes.map(({ name }, c) => [
    text(name),
    ...(dealt ? dealt[c]! : []),
    `${two(scores[c]!.precision)} (${range(intervals[c]!.precision)})`,
    `${two(scores[c]!.recall)} (${range(intervals[c]!.recall)})`,
  ]);
  const counted = dealt ? splitName.options.map((set) => `${set} pictures`) : [];
  return `In the order of the outputs, as in \`labels.txt\`. Precision and recall are of ${judgedByFolds(run) ? 'the cross-validation' : 'the test pictures'}, with 95 % intervals.\n\n${table(['Label', ...counted, 'Precision', 'Recall'], rows)}`;
}

function results({ run }: CardOf): string {
  const { test, crossValidation, seedMean } = run;
  const parts = [
    test
      ? `Right on ${scored(test)} of ${pictures(test.count)} that no training saw.`
      : 'It was not tested.',
    crossValidation &&
      `Cross-validated in ${run.settings.folds} folds: right on ${scored(crossValidation)} of all ${pictures(crossValidation.count)}, each judged by a network that had not seen it.`,
    seedMean &&
      `Trained with ${count(seedMean.values.length, 'seed')}: ${two(seedMean.mean)} on average (${range(seedMean)}).`,
    test &&
      test.count < fewTests &&
      !judgedByFolds(run) &&
      'With so few test pictures the interval says more than the share.',
  ];
  return parts.filter(Boolean).join(' ');
}

function certainty({ run, test, validation }: CardOf): string {
  const { temperature, unsureBelow: below } = run;
  const calibrated =
    temperature === null
      ? 'Its probabilities are not calibrated.'
      : `Its logits are divided by a temperature of ${two(temperature)} (Guo et al. 2017), fitted on ${pictures(validation.length)} for validation; that is inside the model. Expected calibration error on the test: ${reliability(confident(test)).ece.toFixed(3)}.`;
  if (below === null) return `${calibrated} No threshold was chosen below which it is unsure.`;
  const at = coverageAt(confident(test), below);
  return `${calibrated} Below **${two(below)}** it is called unsure: so it answers ${two(at.coverage)} of the test pictures and is right on ${two(at.accuracy)} of them (${range(at)}). The model gives its probabilities all the same: the comparison is up to who uses it.`;
}

const intendedUse = ({ run }: CardOf): string =>
  `For pictures of the kind it was trained on, each of which is one of ${run.classes.map(({ name }) => text(name)).join(', ')}. A picture of anything else gets one of these labels too, often with confidence. The figures above hold for new pictures only as far as they come from where the training pictures came from: try it on some of your own first. It is not meant for decisions about people.`;

const usage = ({ network: { inputSize: size }, fast }: CardOf): string => `\`\`\`
pip install onnxruntime pillow numpy
python predict.py picture.jpg
\`\`\`

Input \`image\`: float32, N × 3 × ${size} × ${size}, RGB planes with values from 0 to 255; the normalisation is inside. A picture is turned by its EXIF orientation, laid on white, scaled so that its shorter side has ${size} pixels (Lanczos), and its middle is cut out. (Other programs scale a little otherwise, which may change a probability by a hundredth or two.) Output \`probabilities\`: float32, N × K. Labels and preprocessing are in the file's metadata too.${fast ? '\n\n`model.fast.onnx` is the same with its frozen part in 8 bits: smaller and faster. The figures here are those of `model.onnx`.' : ''}`;

function making({ run, network, version }: CardOf): string {
  const changed = changedSettings(run).map((name) => {
    const { title } = trainSettings.shape[name].meta() as { readonly title: string };
    return `${title}: ${run.settings[name]}`;
  });
  const rows: readonly (readonly [string, string])[] = [
    ['Recipe', `${recipes[run.recipe].title}: ${recipes[run.recipe].summary}`],
    ['Trained', run.trained ?? 'unknown'],
    ['Network', text(network.title)],
    ['Weights from', text(network.source)],
    ['Their licence', text(network.licence)],
    ['Pictures', splitName.options.map((set) => `${run.counts[set]} ${set}`).join(', ')],
    [
      'Settings that differ from the recipe’s own',
      changed.length > 0 ? changed.join(', ') : 'none',
    ],
    ['Epochs', `${run.epochs}, the best one ${run.bestEpoch ?? 'unknown'}`],
    ['Finished', run.finishedAt?.slice(0, 10) ?? 'unknown'],
    ['Graft', version],
  ];
  return table(['What', 'How'], rows).replace('| --- | ---: |', '| --- | --- |');
}
