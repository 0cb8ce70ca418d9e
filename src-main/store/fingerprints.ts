/** What copies of a picture are recognised by. */
import type { Database } from './database.ts';

export interface StoredFingerprint {
  readonly id: number;
  /** See images/fingerprint.ts. */
  readonly cells: Uint8Array;
  /** See images/placeholder.ts. */
  readonly colours: Uint8Array;
}

export type Fingerprints = ReturnType<typeof fingerprintsTable>;

export function fingerprintsTable(database: Database) {
  database.function('mean_byte', { deterministic: true }, (bytes) => meanByte(bytes as Buffer));
  // Of pictures from before their brightness was kept.
  database.exec(`
    UPDATE all_images SET brightness = mean_byte(cells) FROM fingerprints
    WHERE brightness IS NULL AND image_id = all_images.id`);
  const measure = database.prepare('UPDATE all_images SET brightness = ? WHERE id = ?');
  const set = database.prepare(
    'INSERT INTO fingerprints VALUES (?, ?) ON CONFLICT DO UPDATE SET cells = excluded.cells',
  );
  const all = database.prepare<[], StoredFingerprint>(`
    SELECT image_id AS id, cells, placeholder AS colours
    FROM fingerprints JOIN images ON images.id = image_id
    WHERE placeholder IS NOT NULL ORDER BY image_id`);
  const after = database.prepare<[number, number], StoredFingerprint>(`
    SELECT image_id AS id, cells, placeholder AS colours
    FROM fingerprints JOIN images ON images.id = image_id
    WHERE placeholder IS NOT NULL AND image_id > ? ORDER BY image_id LIMIT ?`);
  const labelled = database.prepare<[], StoredFingerprint>(`
    SELECT image_id AS id, cells, placeholder AS colours
    FROM fingerprints JOIN images ON images.id = image_id
    WHERE placeholder IS NOT NULL AND (label_id IS NOT NULL OR split IS NOT NULL)
    ORDER BY image_id`);
  // Whose brightness is known has a fingerprint, and the few others are found by an index.
  const lacking = database
    .prepare<[], number>(`
      SELECT id FROM images
      WHERE brightness IS NULL AND id NOT IN (SELECT image_id FROM fingerprints) ORDER BY id`)
    .pluck();

  return {
    set(id: number, cells: Uint8Array): void {
      set.run(id, cells);
      measure.run(meanByte(cells), id);
    },
    all: (): StoredFingerprint[] => all.all(),
    /** The next `count` after an image, by id: all of them at once are 100 MB for 100,000 images. */
    after: (id: number, count: number): StoredFingerprint[] => after.all(id, count),
    /** Of the images that carry a label, or are in a set since they carried one. */
    ofTheSplit: (): StoredFingerprint[] => labelled.all(),
    /** Images from before there were fingerprints. */
    lacking: (): number[] => lacking.all(),
  };
}

/** The cells of a fingerprint are equal parts of the picture: their mean is how bright it is, 0 to 255. */
function meanByte(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return Math.round(sum / bytes.length);
}
