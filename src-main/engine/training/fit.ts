/** The training loop. */
import type { Epoch } from '../../../src-shared/domain.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import type { TrainSettings } from '../../../src-shared/recipes.ts';
import { batchesAhead, inBatches } from '../features/ahead.ts';
import type { Features } from '../features/features.ts';
import { balancedExamples } from './class-balance.ts';
import { type Quality, quality } from './classification.ts';
import { drawMix, type Mix, mixed, mixes } from './mixing.ts';
import { copied, type Network, type Weights } from './network.ts';
import { dropoutMask, seededRandom, shuffled } from './random.ts';
import type { Part, Trainer } from './trainer.ts';

export interface FitOptions {
  readonly trainer: Trainer;
  /** The same without dropout, from features to logits. */
  readonly network: Network;
  readonly features: Features;
  /** Class of each example. */
  readonly labels: readonly number[];
  /** Indices of examples. */
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly settings: TrainSettings;
  /** How many pictures of a batch are computed at once. */
  readonly microBatch: number;
  /** How much each class counts in the loss; all alike when absent. */
  readonly classWeights?: readonly number[] | undefined;
  readonly signal: AbortSignal;
  readonly onEpoch: (epoch: Epoch) => void;
}

export interface Fitted {
  /** Of the epoch with the lowest validation loss, or of the last one, as the settings say. */
  readonly weights: Weights;
  readonly validation: Quality;
  readonly bestEpoch: number;
  /** How many were trained. */
  readonly epochs: number;
}

/** Streams of the seed. */
const shuffling = 1;
const dropping = 2;

/**
 * Trains for `settings.epochs` epochs, or until the validation loss has not fallen for
 * `settings.patience` of them.
 *
 * @throws StudioError when the loss is no number any more
 */
export async function fit(options: FitOptions): Promise<Fitted> {
  const { trainer, network, features, labels, train, validation, settings, signal } = options;
  const { classWeights, microBatch } = options;
  const order = seededRandom(settings.seed, shuffling);
  const drop = seededRandom(settings.seed, dropping);
  const stepsPerEpoch = Math.ceil(train.length / settings.batchSize);
  const steps = stepsPerEpoch * settings.epochs;
  const validationLabels = validation.map((example) => labels[example]!);

  let best: Omit<Fitted, 'epochs'> | undefined;
  const mixing = mixes(settings, features.dims);
  let step = 0;
  const began = performance.now();
  for (let epoch = 1; ; epoch++) {
    const epochBegan = performance.now();
    const examples =
      settings.classBalance === 'sampling'
        ? balancedExamples(train, labels, order)
        : shuffled(train, order);
    let loss = 0;
    const batches = inBatches(examples, settings.batchSize);
    const parts = batches.map((batch) => inBatches(batch, microBatch));
    // Each example is mixed with the one before it in the batch, the first with the last, as torchvision does.
    const before = batches.map((batch) => [batch.at(-1)!, ...batch.slice(0, -1)]);
    const neighbours = before.map((batch) => inBatches(batch, microBatch));
    const seen = features.seen?.(epoch) ?? features;
    const inputs = batchesAhead(
      seen,
      parts.flatMap((ofBatch, at) =>
        ofBatch.map((part, i) => (mixing ? [neighbours[at]![i]![0]!, ...part] : part)),
      ),
    );
    const computed = async (
      part: readonly number[],
      others: readonly number[],
      mix: Mix | null,
    ): Promise<Part> => {
      const { value: input } = await inputs.next();
      const width = part.length * trainer.headInputs;
      return {
        features: mix ? mixed(input!, features.dims, mix) : input!,
        labels: part.map((example) => labels[example]!),
        mixed: mix && { labels: others.map((example) => labels[example]!), share: mix.share },
        dropout: settings.dropout > 0 ? dropoutMask(width, settings.dropout, drop) : null,
      };
    };
    for (const [at, batch] of batches.entries()) {
      const mix = mixing ? drawMix(settings, features.dims, step) : null;
      const weight = (examples: readonly number[]) =>
        examples.reduce((sum, example) => sum + (classWeights?.[labels[example]!] ?? 1), 0);
      const batchLoss = await trainer.step({
        parts: parts[at]!.map((part, i) => () => computed(part, neighbours[at]![i]!, mix)),
        rateFactor: rateFactor(step++, steps, settings.warmup * stepsPerEpoch),
        // What it is mixed with has the same weights: those of the whole batch.
        divisor: weight(batch),
      });
      signal.throwIfAborted();
      if (!Number.isFinite(batchLoss)) throw diverged(epoch, settings);
      loss += batchLoss * batch.length;
    }
    const trained = performance.now();

    const logits = await network.rows(trainer.weights, features, validation, signal);
    const reached = quality(logits, validationLabels);
    if (!Number.isFinite(reached.loss)) throw diverged(epoch, settings);
    if (!best || reached.loss < best.validation.loss) {
      best = { weights: copied(trainer.weights), validation: reached, bestEpoch: epoch };
    }
    options.onEpoch({
      epoch,
      trainLoss: loss / train.length,
      validationLoss: reached.loss,
      validationAccuracy: reached.accuracy,
      imagesPerSecond: train.length / ((trained - epochBegan) / 1000),
      secondsLeft: ((performance.now() - began) / 1000 / epoch) * (settings.epochs - epoch),
    });
    if (epoch === settings.epochs || epoch - best.bestEpoch >= settings.patience) {
      if (settings.restoreBest) return { ...best, epochs: epoch };
      const weights = copied(trainer.weights);
      return { weights, validation: reached, bestEpoch: epoch, epochs: epoch };
    }
  }
}

/** Rises in `warmup` equal steps, the last of which reaches 1, then decays over the steps that are left. */
export function rateFactor(step: number, steps: number, warmup: number): number {
  if (step < warmup) return (step + 1) / warmup;
  return cosineDecay(step - warmup, steps - warmup);
}

/** From 1 at the first of `steps` steps to nearly 0 at the last (Loshchilov and Hutter 2017, without restarts). */
export function cosineDecay(step: number, steps: number): number {
  return (1 + Math.cos((Math.PI * step) / steps)) / 2;
}

function diverged(epoch: number, { learningRate, backboneLearningRate }: TrainSettings) {
  return new StudioError(
    'refused',
    `The loss grew beyond all numbers in epoch ${epoch}: train again with lower learning rates (they were ${learningRate} and ${backboneLearningRate}).`,
  );
}
