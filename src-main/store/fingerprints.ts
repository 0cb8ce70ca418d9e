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
  const set = database.prepare(
    'INSERT INTO fingerprints VALUES (?, ?) ON CONFLICT DO UPDATE SET cells = excluded.cells',
  );
  const all = database.prepare<[], StoredFingerprint>(`
    SELECT image_id AS id, cells, placeholder AS colours
    FROM fingerprints JOIN images ON images.id = image_id
    WHERE placeholder IS NOT NULL ORDER BY image_id`);
  const labelled = database.prepare<[], StoredFingerprint>(`
    SELECT image_id AS id, cells, placeholder AS colours
    FROM fingerprints JOIN images ON images.id = image_id
    WHERE placeholder IS NOT NULL AND (label_id IS NOT NULL OR split IS NOT NULL)
    ORDER BY image_id`);
  const lacking = database
    .prepare<[], number>(
      'SELECT id FROM images WHERE id NOT IN (SELECT image_id FROM fingerprints) ORDER BY id',
    )
    .pluck();

  return {
    set(id: number, cells: Uint8Array): void {
      set.run(id, cells);
    },
    all: (): StoredFingerprint[] => all.all(),
    /** Of the images that carry a label, or are in a set since they carried one. */
    ofTheSplit: (): StoredFingerprint[] => labelled.all(),
    /** Images from before there were fingerprints. */
    lacking: (): number[] => lacking.all(),
  };
}
