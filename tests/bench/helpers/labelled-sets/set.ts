/** A labelled set of pictures for a benchmark. */
import type { Random } from '../../../../src-shared/random.ts';

/** Side of the square pictures, in pixels. */
export const side = 144;

export interface LabelledSet {
  readonly name: string;
  readonly classes: readonly string[];
  /**
   * The picture number `index` of a class, as PNG; null when it has no more.
   * @param random a stream of its own for each picture
   */
  picture(label: number, index: number, random: Random): Promise<Buffer | null>;
}

export const between = (random: Random, low: number, high: number): number =>
  low + (high - low) * random();
