/** How many images there are of each label, split and mark, kept up to date while the database is open. */
import type { SplitName } from '../../src-shared/domain.ts';
import type { Database } from './database.ts';

export interface Tally {
  readonly images: number;
  /** By label id; labels that no image carries are not there. */
  readonly labels: ReadonlyMap<number, number>;
  /** Excluded images by label id. */
  readonly excluded: ReadonlyMap<number, number>;
  /** Labelled images by split, without the excluded ones. */
  readonly split: Record<SplitName, number>;
  /** How many are unsure, excluded, and excluded without a label. */
  readonly marked: {
    readonly unsure: number;
    readonly excluded: number;
    readonly unlabelled: number;
  };
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
      unsure INTEGER NOT NULL,
      excluded INTEGER NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (label, split, unsure, excluded)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO tally
      SELECT coalesce(label_id, 0), coalesce(split, ''), unsure, excluded, count(*)
      FROM main.images GROUP BY label_id, split, unsure, excluded;
    CREATE TEMP TRIGGER tally_added AFTER INSERT ON main.all_images BEGIN ${add('NEW', 1)} END;
    CREATE TEMP TRIGGER tally_removed AFTER DELETE ON main.all_images BEGIN ${add('OLD', -1)} END;
    CREATE TEMP TRIGGER tally_changed
      AFTER UPDATE OF label_id, split, unsure, excluded, removed ON main.all_images
      BEGIN ${add('OLD', -1)} ${add('NEW', 1)} END;
  `);
  interface Row {
    label: number;
    split: SplitName | '';
    unsure: 0 | 1;
    excluded: 0 | 1;
    count: number;
  }
  const all = database.prepare<[], Row>(
    'SELECT label, split, unsure, excluded, count FROM tally WHERE count > 0',
  );
  return () => {
    let images = 0;
    const labels = new Map<number, number>();
    const excluded = new Map<number, number>();
    const bySplit = { train: 0, validation: 0, test: 0 };
    const marked = { unsure: 0, excluded: 0, unlabelled: 0 };
    for (const { label, split, count, ...marks } of all.all()) {
      images += count;
      if (marks.unsure) marked.unsure += count;
      if (marks.excluded) marked.excluded += count;
      if (marks.excluded && label === 0) marked.unlabelled += count;
      if (label === 0) continue;
      labels.set(label, (labels.get(label) ?? 0) + count);
      if (marks.excluded) excluded.set(label, (excluded.get(label) ?? 0) + count);
      else if (split !== '') bySplit[split] += count;
    }
    return { images, labels, excluded, split: bySplit, marked };
  };
}

const add = (row: 'OLD' | 'NEW', by: number) => `
  INSERT INTO tally VALUES (coalesce(${row}.label_id, 0), coalesce(${row}.split, ''),
      ${row}.unsure, ${row}.excluded, ${by} * (1 - ${row}.removed))
    ON CONFLICT DO UPDATE SET count = count + excluded.count;`;
