/** Labels. */
import { z } from 'zod';
import * as d from '../domain.ts';
import { define, none } from './define.ts';

const labelled = z.object({ labels: z.array(d.label) });

export const labelsCalls = {
  'labels.create': define(
    z.strictObject({
      name: z.string().trim().min(1).max(100),
      colour: z.int().min(1).max(10).optional(),
    }),
    d.label,
  ),
  'labels.update': define(
    z.strictObject({
      id: d.labelId,
      name: z.string().trim().min(1).max(100).optional(),
      colour: z.int().min(1).max(10).optional(),
    }),
    labelled,
  ),
  'labels.merge': define(z.strictObject({ from: d.labelId, into: d.labelId }), labelled),
  'labels.delete': define(z.strictObject({ id: d.labelId }), labelled),
  /** Durable when it returns. `labelId: null` clears. */
  'labels.assign': define(
    z.strictObject({ imageIds: z.array(d.imageId).min(1), labelId: d.labelId.nullable() }),
    labelled,
  ),
  /** Piles of images, each with its label (null clears): one undoable step. */
  'labels.sort': define(
    z.strictObject({
      piles: z
        .array(
          z.strictObject({ imageIds: z.array(d.imageId).min(1), labelId: d.labelId.nullable() }),
        )
        .min(1),
    }),
    labelled,
  ),
  'labels.undo': define(none, z.object({ what: z.string().nullable() })),
  'labels.redo': define(none, z.object({ what: z.string().nullable() })),
  /**
   * Labels from a file, a folder or an archive on the studio's machine, whatever it is (docs/formats.md), as
   * one undoable step. Pictures that it brings and the project lacks are imported first, which is told as any
   * import is.
   */
  'labels.import': define(
    z.strictObject({
      path: z.string().min(1),
      /** Are pictures that are not in the project imported? */
      pictures: z.boolean().default(true),
      /** Are labels made that are not in the project? */
      newLabels: z.boolean().default(true),
      /** Do pictures that have another label get the one of the file? */
      replace: z.boolean().default(true),
      /** Do pictures that are in no set yet go into the one that the file names? */
      sets: z.boolean().default(false),
    }),
    d.labelImportReport,
  ),
  /**
   * Labelled pictures that are not excluded, to a file (csv, jsonl) or into a new folder on the studio's
   * machine. A file that is there is replaced; a folder that is not empty is not.
   */
  'labels.export': define(
    z.strictObject({
      out: z.string().min(1),
      format: d.datasetFormat.default('csv'),
      /** For folders: how the pictures get there. */
      files: z.enum(['copy', 'link']).default('copy'),
      /** For folders: one for each set, or all pictures together. */
      sets: z.enum(['together', 'folders']).default('together'),
    }),
    d.datasetExportReport,
  ),
  /** The same rows as text, for a page that saves them on its own machine. */
  'labels.csv': define(none, z.object({ csv: z.string(), rows: z.int() })),
} as const;

export const labelsEvents = {
  /** Labels or marks of these images changed; null means "many, ask again". */
  'labels.assigned': z.object({ imageIds: z.array(d.imageId).nullable() }),
} as const;
