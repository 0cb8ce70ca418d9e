/** The training loop. */
import type { Epoch } from '../../../src-shared/domain.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import type { TrainSettings } from '../../../src-shared/recipes.ts';
import { batchesAhead, inBatches } from '../features/ahead.ts';
import type { Features } from '../features/features.ts';
import { balancedExamples } from './class-balance.ts';
import { type Quality, quality } from './classification.ts';
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
    const inputs = batchesAhead(features, parts.flat());
    const computed = async (part: readonly number[]): Promise<Part> => {
      const { value: input } = await inputs.next();
      const width = part.length * trainer.headInputs;
      return {
        features: input!,
        labels: part.map((example) => labels[example]!),
        dropout: settings.dropout > 0 ? dropoutMask(width, settings.dropout, drop) : null,
      };
    };
    for (const [at, batch] of batches.entries()) {
      const weights = batch.map((example) => classWeights?.[labels[example]!] ?? 1);
      const batchLoss = await trainer.step({
        parts: parts[at]!.map((part) => () => computed(part)),
        rateFactor: rateFactor(step++, steps, settings.warmup * stepsPerEpoch),
        divisor: weights.reduce((sum, weight) => sum + weight),
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
