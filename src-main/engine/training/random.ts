/** What training draws at random, the same everywhere for the same seed. */
import type { Random } from '../../../src-shared/random.ts';

export {
  type Random,
  type RandomState,
  type SeededRandom,
  seededRandom,
} from '../../../src-shared/random.ts';

/** A new order of the items, every one equally likely (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/**
 * Inverted dropout: each element is 0 with probability `rate`, else 1 / (1 - rate), so that the
 * expected value of what it multiplies is unchanged.
 */
export function dropoutMask(length: number, rate: number, random: Random): Float32Array {
  const keep = 1 / (1 - rate);
  const mask = new Float32Array(length);
  for (let i = 0; i < length; i++) mask[i] = random() < rate ? 0 : keep;
  return mask;
}
