/** What came of the runs, written down. */
import { z } from 'zod';
import * as d from '../domain.ts';
import { define, done } from './define.ts';

export const reportCalls = {
  /**
   * One self-contained file on the studio's machine: `out` ends in .html or .pdf, or in neither for both. Without runs:
   * of every finished one. Follow `report.progress`. `notes`: why there is no PDF where both were asked for.
   */
  'report.write': define(
    z.strictObject({ runs: z.array(d.runId).max(200).default([]), out: z.string().min(1) }),
    z.object({
      files: z.array(z.object({ path: z.string(), bytes: z.int() })),
      notes: z.array(z.string()),
    }),
  ),
  'report.cancel': define(z.strictObject({}), done),
} as const;

export const reportEvents = {
  'report.progress': z.object({
    what: z.enum(['gathering', 'printing']),
    done: z.int(),
    total: z.int(),
  }),
} as const;
