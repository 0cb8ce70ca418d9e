/** What the model helps with. */
import { z } from 'zod';
import * as d from '../domain.ts';
import { define, done, none } from './define.ts';

export const assistCalls = {
  /**
   * What the model helps with. The best backbone that is here looks at all pictures once, in the
   * background: follow `assist.progress`. Until it is through, answers are about the pictures it has seen.
   */
  'assist.state': define(none, d.assistState),
  /** Begins to look at the pictures, where that does not begin by itself. */
  'assist.prepare': define(none, d.assistState),
  /** Of these pictures, or of all: those without a label for which there is a proposal, the surest first. */
  'assist.suggestions': define(
    z.strictObject({ imageIds: z.array(d.imageId).max(2000).optional() }),
    z.object({ suggestions: z.array(d.suggestion) }),
  ),
  /**
   * Pictures that surely belong to one label, to be accepted together after a look. There are none while a label is in
   * use that has too few pictures to be told from the others (`waitingFor`, with how many it has), for its pictures would
   * be among them; but for labels that are to stay so (`regardless`).
   */
  'assist.groups': define(
    z.strictObject({ regardless: z.array(d.labelId).max(1000).default([]) }),
    z.object({
      groups: z.array(z.object({ labelId: d.labelId, imageIds: z.array(d.imageId) })),
      waitingFor: z.array(z.object({ labelId: d.labelId, pictures: z.int().positive() })),
    }),
  ),
  /** Unlabelled pictures in the order in which labels would teach most; `imageIds`: of these only. */
  'assist.next': define(
    z.strictObject({
      count: z.int().min(1).max(1000),
      strategy: d.nextStrategy.default('mixed'),
      imageIds: z.array(d.imageId).optional(),
    }),
    z.object({ imageIds: z.array(d.imageId) }),
  ),
  /** The pictures most like these together, or like a file on the studio's machine (or an upload). */
  'assist.similar': define(
    z.strictObject({
      like: z.union([
        z.strictObject({ imageIds: z.array(d.imageId).min(1).max(1000) }),
        z.strictObject({ path: z.string().min(1) }),
      ]),
      count: z.int().min(1).max(1000).default(100),
    }),
    z.object({ similar: z.array(z.object({ imageId: d.imageId, similarity: z.number() })) }),
  ),
  'assist.review': define(none, d.review),
  /**
   * The map of the pictures, by the network that looks at them: drawn when there is none, which is told by
   * `assist.map-progress`, else as it was, with what is new placed on it. `anew`: all is drawn again. Waits until the
   * network has seen all pictures.
   */
  'assist.map': define(z.strictObject({ anew: z.boolean().default(false) }), d.pictureMap),
  /** Who waits for the map is told so. */
  'assist.cancelMap': define(none, done),
} as const;

export const assistEvents = {
  'assist.progress': d.assistState,
  /** Of a map that is being drawn. */
  'assist.map-progress': z.object({
    done: z.int(),
    total: z.int(),
    secondsLeft: z.number().nullable(),
  }),
  /** There are new suggestions. */
  'assist.changed': z.object({}),
} as const;
