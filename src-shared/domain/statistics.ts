/** What the image set is like. */
import { z } from 'zod';
import { imageId, labelId } from './base.ts';
import { rejection } from './images.ts';

/** How many images have a value from `from` on and below `to` (null: without end). */
export const statisticsBar = z.object({
  from: z.number(),
  to: z.number().nullable(),
  count: z.int(),
});
export type StatisticsBar = z.infer<typeof statisticsBar>;

/** What the image set is like. */
export const statistics = z.object({
  /** Shorter side in pixels. */
  side: z.array(statisticsBar),
  /** Of the files. */
  bytes: z.array(statisticsBar),
  /** Width by height. */
  aspect: z.array(statisticsBar),
  /** Mean brightness, 0 to 255. */
  brightness: z.array(statisticsBar),
  /** Images of which the brightness is not known yet. */
  unmeasured: z.int(),
  /** A few images of each label that has some. */
  samples: z.array(z.object({ labelId, imageIds: z.array(imageId) })),
  /** Images of which the same bytes were found in several files; the first 200, and how many. */
  copies: z.array(z.object({ imageId, paths: z.array(z.string()) })),
  copiesCount: z.int(),
  /** Files that could not be imported when they were last read; the first 200, and how many. */
  refused: z.array(rejection),
  refusedCount: z.int(),
});
export type Statistics = z.infer<typeof statistics>;
