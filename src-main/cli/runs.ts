/** Showing runs: while they are trained, and side by side. */
import type { CallOutput } from '../../src-shared/contract.ts';
import type { LayerQuality, MeanAccuracy, Run, RunPhase } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { type Turn, turnWords } from '../../src-shared/parts.ts';
import { recipes } from '../../src-shared/recipes.ts';
import { ranked } from '../../src-shared/verdict.ts';
import type { RunEvent } from './follow.ts';
import { duration, fileSize, percent, plural, print, table } from './output.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';

const titleOf = (run: Run) => `${recipes[run.recipe].title}, ${run.backbone}`;

/** "Fine-tune top, resnet18 (run 4): 93.4 % of 122 test pictures right (87.6 % to 96.6 %), 14 epochs, 23 s" */
function summary(run: Run): string {
  const result = run.test
    ? `${percent(run.test.accuracy)} of ${plural(run.test.count, 'test picture')} right (95 % interval ${percent(run.test.low)} to ${percent(run.test.high)})`
    : 'no test result';
  return `${titleOf(run)} (run ${run.id}): ${result}, ${plural(run.epochs, 'epoch')}, ${duration(run.seconds ?? 0)}.${certainty(run)}${closeness(run)}`;
}

/** What cross-validation and other seeds say of the result. */
function certainty({ crossValidation: pooled, foldMean, seedMean }: Run): string {
  const mean = ({ mean, low, high, values }: MeanAccuracy, what: string) =>
    `mean of ${values.length} ${what} ${percent(mean)} (${percent(low)} to ${percent(high)})`;
  const folds =
    pooled && foldMean
      ? ` Cross-validated: ${percent(pooled.accuracy)} of all ${plural(pooled.count, 'picture')} right (95 % interval ${percent(pooled.low)} to ${percent(pooled.high)}), ${mean(foldMean, 'folds')}.`
      : '';
  const seeds = seedMean ? ` Test accuracy, ${mean(seedMean, 'seeds')}.` : '';
  return folds + seeds;
}

/** How close the features of a fast run were to the exact ones. */
function closeness({ quantisation }: Run): string {
  if (!quantisation) return '';
  const { cosine, probe, pictures } = quantisation;
  const probed = probe
    ? `, a linear classifier right for ${percent(probe.fast)} against ${percent(probe.exact)}`
    : '';
  return ` Fast features: mean cosine ${cosine.toFixed(3)} with the exact ones on ${plural(pictures, 'picture')}${probed}.`;
}

const phaseUnits: Readonly<Record<RunPhase, string>> = {
  layers: 'layers compared',
  head: 'epochs of the last layer alone',
};

/** "Layers, by cross-validated accuracy: stem 61.0 %, layer1.0 70.2 %" */
function layerLine(layers: readonly LayerQuality[]): string {
  const each = layers.map(({ block, accuracy }) => `${block} ${percent(accuracy)}`);
  return `Layers, by cross-validated accuracy: ${each.join(', ')}.`;
}

/** Bars while runs are trained, and one line for each that has ended. */
export function runReporter(progress: Progress): (event: RunEvent) => void {
  const runs = new Map<number, Run>();
  const turns = new Map<number, Turn>();
  const what = (id: number) => {
    const run = runs.get(id);
    const turn = turns.get(id);
    return `${run ? titleOf(run) : `Run ${id}`}${turn ? `, ${turnWords(turn)}` : ''}`;
  };
  return (event) => {
    switch (event.event) {
      case 'started':
        runs.set(event.run.id, event.run);
        break;
      case 'part':
        turns.set(event.run, event);
        break;
      case 'features':
        progress.show({ what: what(event.run), unit: 'pictures read', ...event });
        break;
      case 'phase':
        progress.show({
          ...{ what: what(event.run), done: event.done, total: event.total, secondsLeft: null },
          unit: phaseUnits[event.phase],
        });
        break;
      case 'note':
        progress.clear();
        print(`${what(event.run)} (run ${event.run}): ${event.note}`);
        break;
      case 'epoch':
        progress.show({
          what: what(event.run),
          done: event.epoch,
          total: runs.get(event.run)?.settings.epochs ?? null,
          unit: 'epochs',
          secondsLeft: event.secondsLeft,
          detail: `loss ${event.validationLoss.toFixed(3)}, ${percent(event.validationAccuracy)} right`,
        });
        break;
      case 'finished':
        progress.clear();
        print(summary(event.run));
        if (event.run.layers) print(layerLine(event.run.layers));
        break;
      case 'failed':
      case 'cancelled':
        // What failed is said at the end, on standard error.
        progress.clear();
        break;
    }
  };
}

type Estimate = Pick<Run, 'recipe' | 'backbone'> & CallOutput<'runs.estimate'>;

export function estimateText(estimates: readonly Estimate[]): string {
  return table(estimates, [
    { title: 'Network', text: ({ backbone }) => backbone },
    { title: 'Recipe', text: ({ recipe }) => recipes[recipe].title },
    { title: 'Pictures', text: ({ pictures }) => String(pictures), align: 'right' },
    {
      title: 'Memory',
      text: ({ memory }) => (memory ? fileSize(memory.bytes) : '–'),
      align: 'right',
    },
    {
      title: 'At a time',
      text: ({ memory }) => (memory ? String(memory.microBatch) : '–'),
      align: 'right',
    },
    {
      title: 'Features, exact',
      text: ({ seconds }) => (seconds ? duration(seconds.exact) : '–'),
      align: 'right',
    },
    {
      title: 'fast',
      text: ({ seconds }) => (seconds ? duration(seconds.fast) : '–'),
      align: 'right',
    },
  ]);
}

/** @throws StudioError naming every run that did not finish, with its reason. */
export function demandFinished(runs: readonly Run[]): void {
  const unfinished = runs.filter(({ state }) => state !== 'finished');
  if (unfinished.length === 0) return;
  const reasons = unfinished.map(
    (run) => `${titleOf(run)} (run ${run.id}) ${run.state}: ${run.reason ?? 'it was cancelled'}`,
  );
  throw new StudioError('refused', reasons.join('\n'));
}

/** The named backbones, or the best one that is there. */
export async function chooseBackbones(
  { studio }: Session,
  named: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (named) return named;
  const { best } = await studio.call('backbones.list', {});
  if (best !== null) return [best];
  throw new StudioError(
    'refused',
    'No network has its weights here yet: see "graft backbones list", then add a file or fetch one.',
  );
}

type Comparison = CallOutput<'runs.compare'>;

/** What scripts rely on: see docs/command-line.md. */
export function comparisonJson({ runs, pairs }: Comparison) {
  return {
    runs: runs.map((run) => ({
      id: run.id,
      recipe: run.recipe,
      backbone: run.backbone,
      epochs: run.epochs,
      seconds: run.seconds,
      validation: run.validation && { accuracy: run.validation.accuracy },
      test: run.test,
      crossValidation: run.crossValidation,
      foldMean: run.foldMean,
      seedMean: run.seedMean,
      layers: run.layers,
      notes: run.notes,
    })),
    pairs: pairs.map(({ a, b, pooled, count, pValue, verdict }) => ({
      ...{ a, b, pooled, count, pValue, verdict },
    })),
  };
}

const withInterval = (share: number, { low, high }: { low: number; high: number }) =>
  `${percent(share)} (${percent(low)} to ${percent(high)})`;

/** Only where there is something in them. */
function certaintyColumns(runs: readonly Run[]) {
  const columns = [
    {
      title: 'Cross-validated',
      text: ({ crossValidation: of }: Run) => (of ? withInterval(of.accuracy, of) : '–'),
      isThere: (run: Run) => run.crossValidation !== null,
    },
    {
      title: 'Mean of folds',
      text: ({ foldMean: of }: Run) => (of ? withInterval(of.mean, of) : '–'),
      isThere: (run: Run) => run.foldMean !== null,
    },
    {
      title: 'Mean of seeds',
      text: ({ seedMean: of }: Run) => (of ? withInterval(of.mean, of) : '–'),
      isThere: (run: Run) => run.seedMean !== null,
    },
  ];
  return columns
    .filter(({ isThere }) => runs.some(isThere))
    .map(({ title, text }) => ({ title, text, align: 'right' as const }));
}

export function comparisonText({ runs, pairs, headline }: Comparison): string {
  const share = (value: number | undefined) => (value === undefined ? '–' : percent(value));
  const rows = table(ranked(runs), [
    { title: 'Run', text: ({ id }) => String(id), align: 'right' },
    { title: 'Network', text: ({ backbone }) => backbone },
    { title: 'Recipe', text: ({ recipe }) => recipes[recipe].title },
    { title: 'Trained', text: ({ trained }) => trained ?? '–' },
    { title: 'Epochs', text: ({ epochs }) => String(epochs), align: 'right' },
    {
      title: 'Seconds',
      text: ({ seconds }) => (seconds === null ? '–' : seconds.toFixed(1)),
      align: 'right',
    },
    { title: 'Validation', text: ({ validation }) => share(validation?.accuracy), align: 'right' },
    { title: 'Test', text: ({ test }) => share(test?.accuracy), align: 'right' },
    {
      title: '95 % interval',
      text: ({ test }) => (test ? `${percent(test.low)} to ${percent(test.high)}` : '–'),
      align: 'right',
    },
    {
      title: 'Macro F1',
      text: ({ test }) => (test ? test.macroF1.toFixed(2) : '–'),
      align: 'right',
    },
    ...certaintyColumns(runs),
  ]);
  return [
    headline,
    rows,
    ...pairs.map(({ a, b, verdict }) => `Runs ${a} and ${b}: ${verdict}`),
  ].join('\n\n');
}
