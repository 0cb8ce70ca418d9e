/** The training loop. */
import type { Epoch } from '../../../src-shared/domain.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import type { TrainSettings } from '../../../src-shared/recipes.ts';
import { batchesAhead, inBatches } from '../features/ahead.ts';
import type { Features } from '../features/features.ts';
import type { Checkpoint } from './checkpoint.ts';
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
  /** Where it stood when it was interrupted: it goes on from there, to the very same end. */
  readonly from?: Checkpoint | undefined;
  /** Keeps where it stands; awaited after every epoch, before that is told. */
  readonly keep?: ((checkpoint: Checkpoint) => Promise<void>) | undefined;
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
  const { classWeights, microBatch, from } = options;
  const stream = (name: string, number: number) =>
    seededRandom(settings.seed, number, from?.random[name]);
  const random = { order: stream('order', shuffling), drop: stream('drop', dropping) };
  const stepsPerEpoch = Math.ceil(train.length / settings.batchSize);
  const steps = stepsPerEpoch * settings.epochs;
  const validationLabels = validation.map((example) => labels[example]!);

  const mixing = mixes(settings, features.dims);
  let best: Omit<Fitted, 'epochs'> | undefined = from?.best;
  let step = from?.steps ?? 0;
  const epochs: Epoch[] = [...(from?.epochs ?? [])];
  const resumedAfter = epochs.length;
  if (from) trainer.restore(from.state, from.steps);
  const ended = () =>
    epochs.length >= settings.epochs ||
    (best !== undefined && epochs.length - best.bestEpoch >= settings.patience);
  const began = performance.now();
  while (!ended()) {
    const epoch = epochs.length + 1;
    const epochBegan = performance.now();
    const examples =
      settings.classBalance === 'sampling'
        ? balancedExamples(train, labels, random.order)
        : shuffled(train, random.order);
    let loss = 0;
    const batches = inBatches(examples, settings.batchSize);
    const parts = batches.map((batch) => inBatches(batch, microBatch));
    // Each example is mixed with the one before it in the batch, the first with the last, as torchvision does.
    const before = batches.map((batch) => [batch.at(-1)!, ...batch.slice(0, -1)]);
    const neighbours = before.map((batch) => inBatches(batch, microBatch));
    const seen = features.seen?.(epoch) ?? features;
    const held = trainer.holdsFeatures;
    const inputs = batchesAhead(
      seen,
      parts.flatMap((ofBatch, at) =>
        held ? [] : ofBatch.map((part, i) => (mixing ? [neighbours[at]![i]![0]!, ...part] : part)),
      ),
    );
    const computed = async (
      part: readonly number[],
      others: readonly number[],
      mix: Mix | null,
    ): Promise<Part> => {
      const input = held ? undefined : (await inputs.next()).value;
      const width = part.length * trainer.headInputs;
      return {
        features: held
          ? { rows: part.map((example) => seen.row!(example)) }
          : mix
            ? mixed(input!, features.dims, mix)
            : input!,
        labels: part.map((example) => labels[example]!),
        mixed: mix && { labels: others.map((example) => labels[example]!), share: mix.share },
        dropout: settings.dropout > 0 ? dropoutMask(width, settings.dropout, random.drop) : null,
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

    const { state, weights } = await trainer.read();
    const logits = await network.rows(weights, features, validation, signal);
    const reached = quality(logits, validationLabels);
    if (!Number.isFinite(reached.loss)) throw diverged(epoch, settings);
    if (!best || reached.loss < best.validation.loss) {
      best = { weights: copied(weights), validation: reached, bestEpoch: epoch };
    }
    const pace = (performance.now() - began) / 1000 / (epoch - resumedAfter);
    const done: Epoch = {
      epoch,
      trainLoss: loss / train.length,
      validationLoss: reached.loss,
      validationAccuracy: reached.accuracy,
      imagesPerSecond: train.length / ((trained - epochBegan) / 1000),
      secondsLeft: pace * (settings.epochs - epoch),
    };
    epochs.push(done);
    await options.keep?.({
      epochs,
      steps: step,
      random: { order: random.order.state(), drop: random.drop.state() },
      best,
      state,
    });
    options.onEpoch(done);
  }
  if (settings.restoreBest) return { ...best!, epochs: epochs.length };
  const last = epochs.at(-1)!;
  return {
    weights: copied((await trainer.read()).weights),
    validation: { accuracy: last.validationAccuracy, loss: last.validationLoss },
    bestEpoch: last.epoch,
    epochs: last.epoch,
  };
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

function diverged(
  epoch: number,
  { learningRate, backboneLearningRate, halfPrecision }: TrainSettings,
) {
  const or = halfPrecision ? ', or not in half precision' : '';
  return new StudioError(
    'refused',
    `The loss grew beyond all numbers in epoch ${epoch}: train again with lower learning rates (they were ${learningRate} and ${backboneLearningRate})${or}.`,
  );
}
