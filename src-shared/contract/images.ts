/** Images, and the folders they come from. */
import { z } from 'zod';
import * as d from '../domain.ts';
import { define, done, none } from './define.ts';

const sourceId = z.int().positive();
const listed = z.object({ sources: z.array(d.imageSource) });

export const imagesCalls = {
  // An import goes on by itself: follow `import.progress`, then `import.finished`.
  'images.import': define(
    z.strictObject({
      sources: z.array(z.string().min(1)).min(1),
      labels: z.enum(['none', 'folders']),
      /** Folders are looked at again when the project is opened, and watched while it is open. */
      watch: z.boolean().default(false),
    }),
    z.object({ importId: z.string() }),
  ),
  'images.cancelImport': define(z.strictObject({ importId: z.string() }), done),
  /** Folders that pictures were imported from. */
  'sources.list': define(none, listed),
  'sources.watch': define(z.strictObject({ id: sourceId, watched: z.boolean() }), listed),
  /**
   * Takes in what is new in a folder, finds what moved and marks what is gone; answers when that is done.
   * Without an id: the folders that cannot be watched.
   */
  'sources.look': define(z.strictObject({ id: sourceId.optional() }), listed),
  /** Its pictures stay in the project. */
  'sources.forget': define(z.strictObject({ id: sourceId }), listed),
  /**
   * The images of a filter, in order. `waiting`, in base64: one bit for each, from the lowest of the first byte on,
   * set where it has neither a label nor been excluded.
   */
  'images.query': define(
    z.strictObject({ filter: d.imageFilter, sort: d.imageSort }),
    z.object({ ids: z.array(d.imageId), waiting: z.string() }),
  ),
  'images.get': define(
    z.strictObject({ ids: z.array(d.imageId).max(2000) }),
    z.object({ images: z.array(d.image) }),
  ),
  /**
   * What stands in a picture's place until its thumbnail has come: base64 of 48 bytes for each id in the order
   * asked (4 x 4 RGB, see src-main/images/placeholder.ts); zeros where there is none.
   */
  'images.placeholders': define(
    z.strictObject({ ids: z.array(d.imageId).max(5000) }),
    z.object({ base64: z.string() }),
  ),
  'images.history': define(
    z.strictObject({ id: d.imageId }),
    z.object({ entries: z.array(d.historyEntry) }),
  ),
  /** How many images fit each of these filters. */
  'images.count': define(
    z.strictObject({ filters: z.array(d.imageFilter).max(200) }),
    z.object({ counts: z.array(z.int()) }),
  ),
  /** The label of every image that has one. */
  'images.labels': define(
    none,
    z.object({ imageIds: z.array(d.imageId), labelIds: z.array(d.labelId) }),
  ),
  /** What a model makes of each image, as the filter by predicted label has it. */
  'images.predicted': define(
    none,
    z.object({ imageIds: z.array(d.imageId), labelIds: z.array(d.labelId) }),
  ),
  /** What the image set is like as a whole. */
  'images.statistics': define(none, d.statistics),
  /** The folders that images lie in, with how many lie right there. */
  'images.folders': define(
    none,
    z.object({ folders: z.array(z.object({ path: z.string(), count: z.int() })) }),
  ),
  /** Which images these files are; null for a file that is none. Paths on the studio's machine. */
  'images.find': define(
    z.strictObject({ paths: z.array(z.string().min(1)).max(10_000) }),
    z.object({ ids: z.array(d.imageId.nullable()) }),
  ),
  /** One undoable step; what is not given stays as it is. Durable when it returns. */
  'images.mark': define(
    z.strictObject({
      imageIds: z.array(d.imageId).min(1),
      unsure: z.boolean().optional(),
      excluded: z.boolean().optional(),
      note: z.string().trim().max(2000).optional(),
    }),
    done,
  ),
} as const;

export const imagesEvents = {
  /** Images came, went or changed otherwise than by a label: ask again for what is shown. */
  'images.changed': z.object({
    /** An import was undone or redone: pictures are gone that were shown, or others are back. */
    turned: z.boolean().optional(),
  }),
  /** A folder that pictures come from was added, looked at, or can no longer be found: ask again. */
  'sources.changed': z.object({}),
  'import.progress': z.object({
    importId: z.string(),
    done: z.int(),
    /** Unknown while folders are still being read. */
    total: z.int().nullable(),
    secondsLeft: z.number().nullable(),
  }),
  'import.finished': z.object({
    importId: z.string(),
    report: d.importReport.nullable(),
    /** Why the import as a whole failed; null when there is a report. */
    error: z.string().nullable(),
    /** Is it what undo takes back now? */
    undoable: z.boolean(),
  }),
} as const;
