/** From measurements to a place in the square: how similar, and how much. */
import type { Quadrant } from './advice.ts';

/**
 * Where the parts of the similarity are one half, how steeply they rise there, and how much they count.
 * `probes` is the lead in accuracy of the last block over the best early one; `logme` the same in LogME;
 * `statistics` the logarithm of the divergence; `head` the entropy. docs/advisor.md says how the benchmark was
 * used for them.
 */
export const constants = {
  /** Half where the last block is behind by so many standard errors: then it is clearly behind. */
  probes: { errors: 2, width: 0.08, weight: 0.7 },
  logme: { middle: -0.05, width: 0.05, weight: 0.1 },
  statistics: { middle: 0.7, width: 0.8, weight: 0.1 },
  head: { middle: 0.5, width: 0.15, weight: 0.1 },
  /** Labelled images that are neither little nor lots, and how many times that is lots for sure. */
  images: { middle: 1500, factor: 4 },
} as const;

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * @param error standard error of the lead: the fewer images, the larger, and the more it takes to doubt the network
 * @param errors by how many of them the last block may be behind before it is doubted
 */
export const probesPart = (
  lead: number,
  error: number,
  errors: number = constants.probes.errors,
): number => sigmoid((lead + errors * error) / constants.probes.width);
export const logmePart = (lead: number): number =>
  sigmoid((lead - constants.logme.middle) / constants.logme.width);
export const statisticsPart = (divergence: number): number =>
  sigmoid(
    (constants.statistics.middle - Math.log(Math.max(1e-6, divergence))) /
      constants.statistics.width,
  );

export const headPart = (entropy: number): number =>
  sigmoid((constants.head.middle - entropy) / constants.head.width);

/** The weighted mean of the parts that there are. */
export function similarityScore(parts: {
  readonly probes: number;
  readonly logme: number;
  readonly statistics: number | null;
  readonly head: number | null;
}): number {
  const terms = [
    [parts.probes, constants.probes.weight],
    [parts.logme, constants.logme.weight],
    ...(parts.statistics === null
      ? []
      : [[parts.statistics, constants.statistics.weight] as const]),
    ...(parts.head === null ? [] : [[parts.head, constants.head.weight] as const]),
  ] as const;
  const weight = terms.reduce((sum, [, each]) => sum + each, 0);
  return terms.reduce((sum, [value, each]) => sum + value * each, 0) / weight;
}

/**
 * From the number of labelled images, and less where more of them would still bring much: every ten points
 * that doubling would add count like half the images.
 */
export function amountScore(labelled: number, gain: number): number {
  const { middle, factor } = constants.images;
  const times = Math.log(labelled / middle) - Math.LN2 * (Math.max(0, gain) / 0.1);
  return sigmoid(times / Math.log(factor));
}

export function quadrantOf(similarity: number, amount: number): Quadrant {
  const first = similarity >= 0.5 ? 'similar' : 'different';
  return `${first}-${amount >= 0.5 ? 'lots' : 'little'}`;
}
