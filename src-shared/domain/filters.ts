/** Which images are shown, and in what order. */
import { z } from 'zod';
import { labelId, splitName, unit } from './base.ts';

const instant = z.iso.datetime();

/** Conditions on images. All that are there must hold; one that is absent asks for nothing. */
export const imageFilter = z.object({
  /** The images of a label or of several, `none` for the unlabelled, `any` for the labelled. */
  label: z.union([labelId, z.array(labelId).min(1).max(1000), z.enum(['none', 'any'])]).optional(),
  /** What a model makes of it: a label, or `other` for another one than it carries. */
  predicted: z.union([labelId, z.literal('other')]).optional(),
  /** Probability of what was predicted: from and up to, both included. */
  confidence: z.object({ from: unit.optional(), to: unit.optional() }).optional(),
  split: splitName.optional(),
  unsure: z.boolean().optional(),
  excluded: z.boolean().optional(),
  /** With a note, or without. */
  noted: z.boolean().optional(),
  /** Absolute path of a folder: the images in it and below it. */
  folder: z.string().min(1).optional(),
  /** When it was imported, or its file last changed: from, and before (not included). */
  date: z
    .object({ of: z.enum(['imported', 'file']), from: instant.optional(), to: instant.optional() })
    .optional(),
  /** The shorter side in pixels, or the file in bytes: from and up to, both included. */
  size: z
    .object({
      of: z.enum(['side', 'bytes']),
      from: z.int().nonnegative().optional(),
      to: z.int().nonnegative().optional(),
    })
    .optional(),
  /** Width by height: from, and before (not included). */
  aspect: z
    .object({ from: z.number().nonnegative().optional(), to: z.number().nonnegative().optional() })
    .optional(),
  /** Mean brightness, 0 (black) to 255 (white): from and up to, both included. */
  brightness: z
    .object({
      from: z.int().min(0).max(255).optional(),
      to: z.int().min(0).max(255).optional(),
    })
    .optional(),
  /** Its file was not found when it was last looked for, or was. */
  missing: z.boolean().optional(),
  /** Part of the path or of the label's name, case ignored. */
  text: z.string().optional(),
});
export type ImageFilter = z.infer<typeof imageFilter>;

export const imageSort = z.enum(['imported', 'name', 'label', 'unlabelled-first']);
export type ImageSort = z.infer<typeof imageSort>;

/** A filter and an order that were kept under a name. */
export const view = z.object({
  id: z.int().positive(),
  name: z.string(),
  filter: imageFilter,
  sort: imageSort,
  /** How many images fit now. */
  count: z.int().nonnegative(),
});
export type View = z.infer<typeof view>;
