/** What everything else is said with. */
import { z } from 'zod';

export const imageId = z.int().positive();
export const labelId = z.int().positive();
export const runId = z.int().positive();

/** A probability or a share, from 0 to 1. */
export const unit = z.number().min(0).max(1);
export type Unit = z.infer<typeof unit>;

export const splitName = z.enum(['train', 'validation', 'test']);
export type SplitName = z.infer<typeof splitName>;
