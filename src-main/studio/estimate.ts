/** How long the features of a run will take, from a measurement on this machine. */
import { viewsOf } from '../../src-shared/augmentation.ts';
import { calibrationPictures } from '../../src-shared/precision.ts';
import { completeSettings, recipes } from '../../src-shared/recipes.ts';
import type { BackboneFile, MeasureResult } from '../engine/protocol.ts';
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';
import { backboneFile } from './weight-folder.ts';

/** Pictures that are measured on. */
const some = 8;
/** Shares of the split before it is drawn. */
const [testShare, trainShare] = [0.2, 0.6];

export function estimateCalls(context: Context): Pick<Handlers, 'runs.estimate'> {
  const measured = new Map<string, Promise<MeasureResult | null>>();
  /** One after the other: two at once would slow each other. */
  let last: Promise<unknown> = Promise.resolve();

  return {
    'runs.estimate': async ({ recipe, backbone, settings: changes }) => {
      const { store } = context.project();
      const settings = completeSettings(recipe, changes);
      const labelled = store.images.labelled();
      const pictures = labelled.length;
      if (recipes[recipe].unused.includes('precision') || pictures === 0) {
        return { pictures, seconds: null };
      }
      const file: BackboneFile = await backboneFile(backbone);
      const key = `${file.sha256} ${recipe} ${settings.blocks}`;
      let measurement = measured.get(key);
      if (!measurement) {
        // What trains would be slowed by it, and it by what trains.
        if (store.runs.inState('running').length > 0) return { pictures, seconds: null };
        const paths = labelled.slice(0, some).map(({ path }) => path);
        const job = { kind: 'measure', backbone: file, recipe, settings, pictures: paths } as const;
        measurement = last.then(() => context.engine.run(job));
        last = measurement.catch(() => undefined);
        measured.set(key, measurement);
        measurement.catch(() => measured.delete(key));
      }
      const found = await measurement;
      return { pictures, seconds: found && secondsFor(found, pictures, viewsOf(settings)) };
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
