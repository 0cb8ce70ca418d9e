/** The features of a fast run: from a trunk in 8 bits, proven close to the exact one. */
import type { Quantisation } from '../../../src-shared/domain.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import { calibrationPictures } from '../../../src-shared/precision.ts';
import { defaultSettings } from '../../../src-shared/recipes.ts';
import { loadPixels } from '../../images/pixels.ts';
import { ahead } from '../features/ahead.ts';
import type { FeatureCache } from '../features/cache.ts';
import {
  type ExtractOptions,
  extractFeatures,
  featureDims,
  readPicture,
} from '../features/extract.ts';
import { type FeatureReader, inMemory } from '../features/features.ts';
import type { Graph } from '../graph/graph.ts';
import type { Example, Progress } from '../protocol.ts';
import { fastTrunk, leastCosine, weightBitsHere } from '../quantise/fast-trunk.ts';
import { type KeptTrunk, keepTrunk, readTrunk } from '../quantise/kept-trunk.ts';
import type { Pictures } from '../quantise/pictures.ts';
import { meanCosine } from '../quantise/similarity.ts';
import { chooseLayer, stratifiedFolds } from '../training/choose-layer.ts';

export interface FastFeatures {
  /** For each output of the trunk those of the views: of test pictures exact, of the others fast. */
  readonly layers: readonly (readonly FeatureReader[])[];
  readonly trunk: Graph;
  readonly quantisation: Quantisation;
  close(): void;
}

/** A linear classifier on fewer pictures says nothing. */
const leastProbe = 15;
/** The same pictures whatever the seed of the run. */
const seed = 1;

type Options = ExtractOptions & { readonly backbone: string; readonly classes: number };

/**
 * Test pictures keep their exact features: the exported model is the exact one, and its figures must be its own.
 *
 * @throws StudioError `refused` where the mean cosine on this run's own pictures is below `leastCosine`
 */
export async function fastFeatures(options: Options): Promise<FastFeatures> {
  const { views, ...plainly } = options;
  const { examples, trunk } = options;
  const samples = samplesOf(examples);
  const sample = [...samples.check, ...samples.calibration];
  const isTest = new Set(examples.filter(({ split }) => split === 'test'));
  const exactly = [...isTest, ...sample];
  const learning = examples.filter((example) => !isTest.has(example));
  const seen = learning.map(({ split }) => (split === 'train' ? (views?.count ?? 1) : 1));
  const total = exactly.length + seen.reduce((sum, count) => sum + count, 0);
  const after = (before: number) => (progress: Progress) => {
    if (progress.kind !== 'features') return;
    const { done, total: part, secondsLeft } = progress;
    const left = before + part < total ? null : secondsLeft;
    options.report({ kind: 'features', done: before + done, total, secondsLeft: left });
  };

  const open: FeatureCache[] = [];
  const opened = (caches: readonly (readonly FeatureCache[])[]) => {
    open.push(...caches.flat());
    return caches;
  };
  const close = () => {
    for (const cache of open.splice(0)) cache.close();
  };
  try {
    const exact = opened(
      await extractFeatures({ ...plainly, examples: exactly, report: after(0) }),
    );
    /** The features of both samples, by a quantised trunk. */
    const sampled = async ({ graph, sha256 }: KeptTrunk) => {
      const fast = { ...plainly, trunk: graph, weights: sha256 };
      const caches = await extractFeatures({ ...fast, examples: sample, report: () => {} });
      try {
        return caches.map(([plain]) => rowsOf(plain!, sample));
      } finally {
        for (const cache of caches.flat()) cache.close();
      }
    };
    const exactRows = exact.map(([plain]) => rowsOf(plain!, sample));
    const checked = (rows: readonly Float32Array[][]) =>
      rows.map((of) => of.slice(0, samples.check.length));
    const exactChecked = checked(exactRows);
    const closeness = (rows: readonly Float32Array[][]) =>
      Math.min(...checked(rows).map((of, i) => meanCosine(exactChecked[i]!, of)));

    let kept = await calibrated(options, samples, exactChecked, { again: false });
    let rows = await sampled(kept);
    if (closeness(rows) < leastCosine) {
      // It may have been calibrated long ago, on other pictures.
      kept = await calibrated(options, samples, exactChecked, { again: true });
      rows = await sampled(kept);
    }
    const cosine = closeness(rows);
    if (!(cosine >= leastCosine)) throw tooFar(options.backbone, cosine);

    const probe = await probed(options, sample, exactRows.at(-1)!, rows.at(-1)!);
    const fast = opened(
      await extractFeatures({
        ...options,
        ...{ trunk: kept.graph, weights: kept.sha256, examples: learning },
        report: after(exactly.length),
      }),
    );
    const tested = new Set(Array.from(isTest, ({ sha256 }) => sha256));
    return {
      layers: fast.map((ofViews, i) => {
        const [plain] = exact[i]!;
        return ofViews.map(({ floats }, view) => ({
          floats,
          read: (sha256, into, offset) =>
            (tested.has(sha256) ? plain! : ofViews[view]!).read(sha256, into, offset),
        }));
      }),
      trunk: kept.graph,
      quantisation: { ...kept.way, pictures: samples.check.length, cosine, probe },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }

  /** Accuracies of a linear classifier on the last output, maps by their means. */
  async function probed(
    { runtime, classes, signal }: Options,
    pictures: readonly Example[],
    exactRows: readonly Float32Array[],
    fastRows: readonly Float32Array[],
  ): Promise<Quantisation['probe']> {
    if (pictures.length < leastProbe) return null;
    const dims = featureDims(trunk.outputs.at(-1)!);
    const { qualities } = await chooseLayer({
      ...{ runtime, classes, signal },
      layers: [exactRows, fastRows].map((rows) => means(rows, dims)),
      labels: pictures.map(({ label }) => label),
      train: pictures.map((_, at) => at),
      settings: { ...defaultSettings['early-features'], seed },
    });
    return { exact: qualities[0]!.accuracy, fast: qualities[1]!.accuracy };
  }
}

interface Samples {
  /** Whose numbers give the ranges. */
  readonly calibration: readonly Example[];
  /** Others, on which fast is held against exact. */
  readonly check: readonly Example[];
}

/** Training pictures only, of each label its share. */
function samplesOf(examples: readonly Example[]): Samples {
  const train = examples.flatMap(({ split }, at) => (split === 'train' ? [at] : []));
  const labels = examples.map(({ label }) => label);
  const folds = Math.max(2, Math.ceil(train.length / calibrationPictures));
  const [calibration, check] = stratifiedFolds(train, labels, folds, seed).map((fold) =>
    fold.map((at) => examples[at]!),
  );
  return { calibration: calibration!, check: check! };
}

function rowsOf(cache: FeatureCache, examples: readonly Example[]): Float32Array[] {
  return examples.map(({ sha256 }) => {
    const row = new Float32Array(cache.floats);
    cache.read(sha256, row, 0);
    return row;
  });
}

function means(rows: readonly Float32Array[], dims: readonly number[]) {
  const [channels, height = 1, width = 1] = dims as [number, number?, number?];
  const each = height * width;
  const all = new Float32Array(rows.length * channels);
  for (const [r, row] of rows.entries()) {
    for (let i = 0; i < row.length; i++)
      all[r * channels + Math.floor(i / each)]! += row[i]! / each;
  }
  return inMemory(all, [channels]);
}

/** The trunk in 8 bits that is kept, or a new one. */
async function calibrated(
  { runtime, trunk, weights, preprocessing, folder, signal }: Options,
  samples: Samples,
  exact: readonly Float32Array[][],
  { again }: { readonly again: boolean },
): Promise<KeptTrunk> {
  const weightBits = await weightBitsHere(runtime);
  const key = { trunk, weights, preprocessing, weightBits };
  const there = again ? null : await readTrunk(folder, key);
  if (there) return there;
  const dims = [3, preprocessing.size, preprocessing.size];
  const decode = async (sample: readonly Example[]): Promise<Pictures> => {
    const pixels: Float32Array[] = [];
    const decoded = ahead(sample, 8, (example) =>
      readPicture(example, (path) => loadPixels(path, preprocessing)),
    );
    for await (const picture of decoded) {
      signal.throwIfAborted();
      pixels.push(picture);
    }
    return { dims, pixels };
  };
  const pictures = await decode(samples.calibration);
  const check = await decode(samples.check);
  const how = { runtime, trunk, pictures, check, exact, signal, weightBits };
  const { graph, way } = await fastTrunk(how);
  return keepTrunk(folder, key, graph, way);
}

const tooFar = (backbone: string, cosine: number) =>
  new StudioError(
    'refused',
    `In 8 bits ${backbone} gives other features for these pictures: their mean cosine with the exact ones is ${cosine.toFixed(3)}, and fast asks for at least ${leastCosine}. Train with the precision exact.`,
  );
