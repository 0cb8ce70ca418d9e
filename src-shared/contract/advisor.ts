/** Which recipe suits these pictures. */
import { z } from 'zod';
import { advice, outcome } from '../advisor/advice.ts';
import { define, done, none } from './define.ts';

export const advisorCalls = {
  /**
   * What the advisor last said of a backbone (the best one if none is given), and what came of it. `missing`: what to
   * label before it can measure. `outdated`: labels have changed since, or it has said nothing yet.
   */
  'advisor.get': define(
    z.strictObject({ backbone: z.string().optional() }),
    z.object({
      backbone: z.string(),
      advice: advice.nullable(),
      missing: z.string().nullable(),
      outdated: z.boolean(),
      measuring: z.boolean(),
      outcome: outcome.nullable(),
    }),
  ),
  /** Measures anew, which gives way to a training; follow `advisor.progress`. */
  'advisor.run': define(z.strictObject({ backbone: z.string().optional() }), advice),
  'advisor.cancel': define(none, done),
} as const;

export const advisorEvents = {
  'advisor.progress': z.object({
    backbone: z.string(),
    what: z.enum(['features', 'measuring']),
    done: z.int(),
    total: z.int(),
  }),
  'advisor.changed': z.object({ backbone: z.string() }),
} as const;
