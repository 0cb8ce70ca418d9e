/** Where the labelled images stand in the square, measured on what a frozen network says of them. */
import { jeffreys } from '../../../src-shared/advisor/gaussians.ts';
import { fitPowerLaw, gainFromDoubling } from '../../../src-shared/advisor/learning-curve.ts';
import {
  amountScore,
  logmePart,
  probesPart,
  similarityScore,
  statisticsPart,
} from '../../../src-shared/advisor/position.ts';
import { earlyBlocks } from '../../../src-shared/recipes.ts';
import { loadPixels } from '../../images/pixels.ts';
import { costsOf, imagesPerWeight, secondsForward } from '../advise/costs.ts';
import { logme } from '../advise/logme.ts';
import { centred, learningCurve, recognised } from '../advise/probes.ts';
import { drawer, drawn, draws, mean, ranged } from '../advise/resample.ts';
import { type Measured, measuringTrunk, type Statistics } from '../advise/trunk.ts';
import { gather, type Matrix } from '../assist/algebra.ts';
import type { Backbone } from '../backbones/backbone.ts';
import { loadBackbone } from '../backbones/weight-file.ts';
import { extractFeatures } from '../features/extract.ts';
import type { AdviseJob, AdviseResult } from '../protocol.ts';
import { onnxruntime as runtime } from '../runtimes/onnxruntime.ts';
import { seededRandom, shuffled } from '../training/random.ts';
import type { JobContext } from './job.ts';

/** Images that measurements by depth are made on: more would only take longer. */
const mostImages = 600;
/** Of them, those that LogME takes: it grows with their cube. */
const mostForLogme = 96;
const logmeDraws = 6;
/** Stream of the seed. */
const choosing = 23;

export async function advise(job: AdviseJob, context: JobContext): Promise<AdviseResult> {
  return adviseOn(await loadBackbone(job.backbone), job, context);
}

/** The same on a network that is loaded already. */
export async function adviseOn(
  backbone: Backbone,
  job: AdviseJob,
  { signal, report }: JobContext,
): Promise<AdviseResult> {
  const { classes } = job;
  const examples = shuffled(job.examples, seededRandom(1, choosing))
    .slice(0, mostImages)
    .toSorted((a, b) => a.imageId - b.imageId);
  const labels = examples.map(({ label }) => label);
  const measured = measuringTrunk(backbone);
  const caches = await extractFeatures({
    runtime,
    trunk: measured.graph,
    weights: job.backbone.sha256,
    preprocessing: backbone.preprocessing,
    folder: job.features,
    examples: examples.map((example) => ({ ...example, split: 'test' })),
    signal,
    report,
  });
  let layers: Matrix[];
  try {
    layers = caches.map(([cache]) => {
      const data = new Float32Array(examples.length * cache!.floats);
      for (const [i, { sha256 }] of examples.entries())
        cache!.read(sha256, data, i * cache!.floats);
      return { rows: examples.length, columns: cache!.floats, data };
    });
  } finally {
    for (const cache of caches.flat()) cache.close();
  }
  const { blocks } = backbone;
  const steps = 2 * blocks.length + 8;
  let step = 0;
  const tell = (by: number) => {
    step += by;
    signal.throwIfAborted();
    report({
      kind: 'phase',
      phase: 'layers',
      done: Math.min(steps, Math.round(step)),
      total: steps,
    });
  };

  const probes: boolean[][] = [];
  const depths: LogmeByDraw[] = [];
  for (const layer of layers.slice(0, blocks.length)) {
    probes.push(await recognised(layer, labels, classes));
    tell(1);
    depths.push(logmeByDraw(layer, labels, classes));
    tell(1);
  }
  const divergences = divergencesOf(measured, layers.at(-1)!, blocks.length);
  const curve = await learningCurve(layers[blocks.length - 1]!, labels, classes, () => tell(1));
  const costs = costsOf(
    backbone,
    { forward: await secondsForward(backbone), decode: await secondsToRead(job, backbone) },
    { images: job.examples.length, classes },
  );
  const { amount } = amountOf(curve, job.examples.length);
  return {
    ...similarityOf(blocks, probes, depths, divergences),
    amount: { ...amount, imagesPerWeight: imagesPerWeight(costs, job.examples.length) },
    costs,
  };
}

async function secondsToRead(
  { examples }: AdviseJob,
  { preprocessing }: Backbone,
): Promise<number> {
  const paths = examples.slice(0, 8).map(({ path }) => path);
  const began = performance.now();
  await Promise.all(paths.map((path) => loadPixels(path, preprocessing)));
  return (performance.now() - began) / 1000 / paths.length;
}

interface LogmeByDraw {
  readonly value: number;
  readonly draws: readonly number[];
}

/** Of the same images for each block, so that blocks can be compared; and of other halves of them. */
function logmeByDraw(layer: Matrix, labels: readonly number[], classes: number): LogmeByDraw {
  const of = (count: number, stream: number) => {
    const rows = shuffled([...labels.keys()], seededRandom(stream, choosing)).slice(0, count);
    return logme(
      centred(gather(layer, rows)),
      rows.map((i) => labels[i]!),
      classes,
    );
  };
  const count = Math.min(mostForLogme, labels.length);
  return {
    value: of(count, 2),
    draws: Array.from({ length: logmeDraws }, (_, i) => of(Math.ceil(count / 2), 3 + i)),
  };
}

interface Divergences {
  /** By block; null for blocks that hold no normalisation. */
  readonly values: readonly (number | null)[];
  readonly draws: readonly (readonly (number | null)[])[];
}

/** Null for a network without normalisations. */
function divergencesOf(
  { statistics }: Measured,
  moments: Matrix,
  blocks: number,
): Divergences | null {
  if (statistics.length === 0) return null;
  const random = drawer();
  const of = (rows: readonly number[] | null) => {
    const sums = meanRow(moments, rows);
    return Array.from({ length: blocks }, (_, block) => {
      const own = statistics.filter((each) => each.block === block);
      return own.length === 0 ? null : mean(own.map((each) => divergence(each, sums)));
    });
  };
  return {
    values: of(null),
    draws: Array.from({ length: 40 }, () => of(drawn(moments.rows, random))),
  };
}

function meanRow({ rows, columns, data }: Matrix, chosen: readonly number[] | null): Float64Array {
  const sums = new Float64Array(columns);
  const all = chosen ?? Array.from({ length: rows }, (_, i) => i);
  for (const row of all) {
    for (let f = 0; f < columns; f++) sums[f]! += data[row * columns + f]! / all.length;
  }
  return sums;
}

function divergence(known: Statistics, sums: Float64Array): number {
  const { at, channels, epsilon } = known;
  const means = sums.subarray(at, at + channels);
  const variances = means.map((m, c) => Math.max(0, sums[at + channels + c]! - m * m));
  return jeffreys(means, variances, known.mean, known.variance, epsilon);
}

const median = (values: readonly (number | null)[]): number => {
  const known = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  return known[Math.floor(known.length / 2)]!;
};

/** How much the last block is ahead of the best early one. */
function advantage(byBlock: readonly number[]): number {
  return byBlock.at(-1)! - Math.max(...byBlock.slice(0, earlyBlocks(byBlock.length)));
}

function similarityOf(
  blocks: Backbone['blocks'],
  probes: readonly (readonly boolean[])[],
  depths: readonly LogmeByDraw[],
  divergences: Divergences | null,
): Pick<AdviseResult, 'similarity'> {
  const random = drawer();
  const share = (right: readonly boolean[], rows: readonly number[]) =>
    mean(rows.map((i) => Number(right[i])));
  const all = probes[0]!.map((_, i) => i);
  const accuracies = probes.map((right) => share(right, all));
  const resampled = Array.from({ length: draws }, () => {
    const rows = drawn(all.length, random);
    return probes.map((right) => share(right, rows));
  });
  const parts = {
    probes: ranged(
      probesPart(advantage(accuracies)),
      resampled.map((each) => probesPart(advantage(each))),
    ),
    logme: ranged(
      logmePart(advantage(depths.map(({ value }) => value))),
      depths[0]!.draws.map((_, i) => logmePart(advantage(depths.map((each) => each.draws[i]!)))),
    ),
    statistics:
      divergences &&
      ranged(
        statisticsPart(median(divergences.values)),
        divergences.draws.map((each) => statisticsPart(median(each))),
      ),
    // Graft's networks come without the 1,000-class layer that this would be read from.
    head: null,
  };
  const scoreOf = (end: 'value' | 'low' | 'high') =>
    similarityScore({
      probes: parts.probes[end],
      logme: parts.logme[end],
      statistics: parts.statistics?.[end] ?? null,
    });
  return {
    similarity: {
      score: scoreOf('value'),
      low: scoreOf('low'),
      high: scoreOf('high'),
      parts,
      byBlock: blocks.map(({ name }, i) => {
        const value = divergences?.values[i] ?? null;
        return {
          block: name,
          divergence:
            value === null
              ? null
              : ranged(
                  value,
                  divergences!.draws.map((each) => each[i]!),
                ),
          probe: ranged(
            accuracies[i]!,
            resampled.map((each) => each[i]!),
          ),
          logme: depths[i]!.value,
        };
      }),
    },
  };
}

function amountOf(
  curve: Awaited<ReturnType<typeof learningCurve>>,
  labelled: number,
): { readonly amount: Omit<AdviseResult['amount'], 'imagesPerWeight'> } {
  const random = drawer();
  const points = curve.map(({ images, accuracies }) => ({ images, accuracy: mean(accuracies) }));
  const fit = fitPowerLaw(points);
  const gains = Array.from({ length: draws }, () => {
    const again = curve.map(({ images, accuracies }) => ({
      images,
      accuracy: mean(drawn(accuracies.length, random).map((i) => accuracies[i]!)),
    }));
    return gainFromDoubling(fitPowerLaw(again), labelled);
  });
  const gain = ranged(gainFromDoubling(fit, labelled), gains);
  return {
    amount: {
      score: amountScore(labelled, gain.value),
      low: amountScore(labelled, gain.high),
      high: amountScore(labelled, gain.low),
      curve: curve.map(({ fraction, images, accuracies }) => {
        const again = Array.from({ length: draws }, () =>
          mean(drawn(accuracies.length, random).map((i) => accuracies[i]!)),
        );
        const { value, low, high } = ranged(mean(accuracies), again);
        return { fraction, images, accuracy: value, low, high };
      }),
      fit,
      gainFromDoubling: gain,
    },
  };
}
