/** What a run would take: memory, and the time of its features from a measurement on this machine. */
import { viewsOf } from '../../src-shared/augmentation.ts';
import type { CallParsed } from '../../src-shared/contract.ts';
import { calibrationPictures } from '../../src-shared/precision.ts';
import { completeSettings, recipes } from '../../src-shared/recipes.ts';
import type { BackboneFile, MeasureResult } from '../engine/protocol.ts';
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';
import { memoryOf, planned } from './memory.ts';
import { backboneFile, weightsHere } from './weight-folder.ts';

/** Pictures that are measured on. */
const some = 8;
/** Shares of the split before it is drawn. */
const [testShare, trainShare] = [0.2, 0.6];

export function estimateCalls(context: Context): Pick<Handlers, 'runs.estimate'> {
  const measured = new Map<string, Promise<MeasureResult | null>>();
  /** Those of them that have come. */
  const results = new Map<string, MeasureResult | null>();
  /** One after the other: two at once would slow each other. */
  let last: Promise<unknown> = Promise.resolve();

  /** Null where nothing is frozen, or nothing is known. */
  async function featureSeconds(
    { recipe, backbone, settings: changes, measure }: CallParsed<'runs.estimate'>,
    paths: readonly string[],
  ) {
    const settings = completeSettings(recipe, changes);
    if (recipes[recipe].unused.includes('precision') || paths.length === 0) return null;
    if (!(await weightsHere(backbone).catch(() => null))) return null;
    const file: BackboneFile = await backboneFile(backbone);
    const key = `${file.sha256} ${file.name} ${recipe} ${settings.blocks}`;
    let measurement = measured.get(key);
    if (!measurement) {
      // What trains would be slowed by it, and it by what trains.
      const isTraining = context.project().store.runs.inState('running').length > 0;
      if (isTraining || !measure) return null;
      const pictures = paths.slice(0, some);
      const job = { kind: 'measure', backbone: file, recipe, settings, pictures } as const;
      measurement = last.then(() => context.engine.run(job));
      last = measurement.catch(() => undefined);
      measured.set(key, measurement);
      measurement.catch(() => measured.delete(key));
      measurement.then(
        (result) => results.set(key, result),
        () => {},
      );
    }
    const found = measure ? await measurement : results.get(key);
    return found ? secondsFor(found, paths.length, viewsOf(settings)) : null;
  }

  return {
    'runs.estimate': async (run) => {
      const { labelled, ...size } = planned(context.project().store);
      const memory = await memoryOf(run, size);
      const paths = labelled.map(({ path }) => path);
      return { pictures: size.examples, memory, seconds: await featureSeconds(run, paths) };
    },
  };
}

/** Of all features anew, calibration included: what is kept from earlier runs costs nothing. */
export function secondsFor(
  { decode, exact, fast }: MeasureResult,
  pictures: number,
  views: number,
): { readonly exact: number; readonly fast: number } {
  const test = testShare * pictures;
  const learning = pictures - test + trainShare * pictures * (views - 1);
  const sample = Math.min(calibrationPictures, trainShare * pictures);
  // The exact features of test pictures and both samples; the ranges; two kinds of ranges tried; the rest.
  const exactRuns = test + 3 * sample;
  const fastRuns = learning + 2 * sample;
  return {
    exact: (decode + exact) * (test + learning),
    fast: (decode + exact) * exactRuns + (decode + fast) * fastRuns,
  };
}
