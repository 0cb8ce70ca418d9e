/** How much the labelled images are: what more of them would bring. */
import type { Advice, Ranged } from '../../../src-shared/advisor/advice.ts';
import { fitPowerLaw, gainFromDoubling } from '../../../src-shared/advisor/learning-curve.ts';
import { amountScore } from '../../../src-shared/advisor/position.ts';
import { type Repeats, tested } from './probes.ts';
import { drawer, fromDraws, mean } from './resample.ts';

const draws = 200;

/**
 * The repeats of a learning curve share most of their images, so that they vary less than curves of other images
 * would. Their spread is widened by Nadeau and Bengio's correction (2003, "Inference for the generalization
 * error"): the variance of the mean is (1/J + tested/trained) times that of the J repeats.
 */
const widened = (repeats: number) => Math.sqrt(1 + (repeats * tested) / (1 - tested));

/** @param labelled images, of which the curve may have seen only some */
export function amountOf(
  curve: readonly Repeats[],
  labelled: number,
): Omit<Advice['amount'], 'labelled' | 'perClass' | 'imagesPerWeight'> {
  const random = drawer();
  const repeats = curve[0]!.accuracies.length;
  const lawOf = (chosen: readonly number[]) =>
    fitPowerLaw(
      curve.map(({ images, accuracies }) => ({
        images,
        accuracy: mean(chosen.map((i) => accuracies[i]!)),
      })),
    );
  const all = Array.from({ length: repeats }, (_, i) => i);
  // The same repeats at every point of a curve: they follow one another.
  const drawn = Array.from({ length: draws }, () => all.map(() => Math.floor(random() * repeats)));
  const within = (of: (chosen: readonly number[]) => number): Ranged =>
    fromDraws(of(all), drawn.map(of), widened(repeats));
  const fit = lawOf(all);
  const gain = within((chosen) => gainFromDoubling(lawOf(chosen), labelled));
  return {
    score: amountScore(labelled, gain.value),
    low: amountScore(labelled, gain.high),
    high: amountScore(labelled, gain.low),
    curve: curve.map(({ fraction, images, accuracies }) => {
      const { value, low, high } = within((chosen) => mean(chosen.map((i) => accuracies[i]!)));
      return { fraction, images, accuracy: value, low: Math.max(0, low), high: Math.min(1, high) };
    }),
    fit,
    gainFromDoubling: gain,
  };
}
