/** Pictures, and the folders they come from. */
import { z } from 'zod';
import { imageId, labelId, splitName } from './base.ts';

/** What a person marks a picture with, beside its label. */
export const imageMarks = z.object({
  /** To be looked at again; it is trained on all the same. */
  unsure: z.boolean(),
  /** Left out of every set, and so of every training. */
  excluded: z.boolean(),
  /** Empty when there is none. */
  note: z.string(),
});
export type ImageMarks = z.infer<typeof imageMarks>;

export const image = z.object({
  id: imageId,
  /** Absolute path where the file was last seen. */
  path: z.string(),
  name: z.string(),
  sha256: z.string(),
  /** Pixels, after EXIF orientation. */
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
  importedAt: z.string(),
  labelId: labelId.nullable(),
  split: splitName.nullable(),
  /** The file was not there when it was last looked for. */
  missing: z.boolean(),
  ...imageMarks.shape,
});
export type Image = z.infer<typeof image>;

export const rejection = z.object({ path: z.string(), reason: z.string() });
export type Rejection = z.infer<typeof rejection>;

/** A folder that pictures were imported from. */
export const imageSource = z.object({
  id: z.int().positive(),
  /** Absolute. */
  path: z.string(),
  /** Do its folders' names become labels? */
  labels: z.enum(['none', 'folders']),
  /** New files are taken in by themselves while the project is open. */
  watched: z.boolean(),
  pictures: z.int(),
  missing: z.int(),
  /** Why it is not found or not watched, as a sentence; null when all is well. */
  problem: z.string().nullable(),
});
export type ImageSource = z.infer<typeof imageSource>;

export const importReport = z.object({
  imported: z.int(),
  duplicates: z.int(),
  rejected: z.array(rejection),
  /** Images newly labelled by their folder's name, by label; empty when folders are not labels. */
  labels: z.record(z.string(), z.int()),
  cancelled: z.boolean(),
});
export type ImportReport = z.infer<typeof importReport>;
