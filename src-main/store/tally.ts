/** How many images there are of each label and split, kept up to date while the database is open. */
import type { SplitName } from '../../src-shared/domain.ts';
import type { Database } from './database.ts';

export interface Tally {
  readonly images: number;
  /** By label id; labels that no image carries are not there. */
  readonly labels: ReadonlyMap<number, number>;
  /** Labelled images by split. */
  readonly split: Record<SplitName, number>;
}

/**
 * Counting 100,000 rows takes longer than giving a label, and the counts are told after each: so triggers
 * carry them on, in a table of this connection that is filled when the database is opened. A transaction that
 * is taken back takes its counts back too.
 */
export function tallyOf(database: Database): () => Tally {
  database.pragma('temp_store = MEMORY');
  database.exec(`
    CREATE TEMP TABLE tally (
      label INTEGER NOT NULL,
      split TEXT NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (label, split)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO tally
      SELECT coalesce(label_id, 0), coalesce(split, ''), count(*) FROM images GROUP BY label_id, split;
    CREATE TEMP TRIGGER tally_added AFTER INSERT ON main.images BEGIN ${add('NEW', 1)} END;
    CREATE TEMP TRIGGER tally_removed AFTER DELETE ON main.images BEGIN ${add('OLD', -1)} END;
    CREATE TEMP TRIGGER tally_changed AFTER UPDATE OF label_id, split ON main.images
      BEGIN ${add('OLD', -1)} ${add('NEW', 1)} END;
  `);
  const all = database.prepare<[], { label: number; split: SplitName | ''; count: number }>(
    'SELECT label, split, count FROM tally WHERE count > 0',
  );
  return () => {
    let images = 0;
    const labels = new Map<number, number>();
    const bySplit = { train: 0, validation: 0, test: 0 };
    for (const { label, split, count } of all.all()) {
      images += count;
      if (label === 0) continue;
      labels.set(label, (labels.get(label) ?? 0) + count);
      if (split !== '') bySplit[split] += count;
    }
    return { images, labels, split: bySplit };
  };
}

const add = (row: 'OLD' | 'NEW', by: number) => `
  INSERT INTO tally VALUES (coalesce(${row}.label_id, 0), coalesce(${row}.split, ''), ${by})
    ON CONFLICT DO UPDATE SET count = count + ${by};`;
