/** What the image set is like as a whole: counted in SQL, whatever its size. */
import type { Rejection, Statistics } from '../../src-shared/domain.ts';
import type { Database } from './database.ts';
import { projectPaths } from './paths.ts';

/** Where the bars of each figure begin; the last goes on without end. */
const edges = {
  side: [0, 32, 64, 128, 224, 320, 480, 640, 1080, 2160],
  bytes: [0, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000],
  aspect: [0, 0.5, 0.65, 0.8, 0.95, 1.05, 1.25, 1.55, 2],
  brightness: [0, 32, 64, 96, 128, 160, 192, 224],
} as const;

const values: Readonly<Record<keyof typeof edges, string>> = {
  side: 'min(width, height)',
  bytes: 'bytes',
  aspect: 'CAST(width AS REAL) / height',
  brightness: 'brightness',
};

/** Of each label, and lists that nobody reads to their end. */
const samples = 6;
const longest = 200;

export type StatisticsTable = ReturnType<typeof statisticsTable>;

export function statisticsTable(database: Database) {
  const { stored, absolute } = projectPaths(database);
  const bars = (of: keyof typeof edges) => {
    const bin = edges[of].map((edge) => `(${values[of]} >= ${edge})`).join(' + ');
    const query = database
      .prepare<[], [number, number]>(
        `SELECT ${bin} AS bin, count(*) FROM images WHERE ${values[of]} IS NOT NULL GROUP BY bin`,
      )
      .raw();
    return () => {
      const counts = new Map(query.all());
      return edges[of].map((from, index) => ({
        from,
        to: edges[of][index + 1] ?? null,
        count: counts.get(index + 1) ?? 0,
      }));
    };
  };
  const figures = {
    side: bars('side'),
    bytes: bars('bytes'),
    aspect: bars('aspect'),
    brightness: bars('brightness'),
  };
  // By hash: spread over the label, and the same ones every time.
  const sampled = database.prepare<[], { id: number; labelId: number }>(`
    SELECT id, labelId FROM (
      SELECT id, label_id AS labelId,
        row_number() OVER (PARTITION BY label_id ORDER BY sha256) AS place
      FROM images WHERE label_id IS NOT NULL AND NOT excluded)
    WHERE place <= ${samples} ORDER BY labelId, place`);
  const copied = database.prepare<[], { id: number; paths: string }>(`
    SELECT image_id AS id, json_group_array(path) AS paths FROM files
    GROUP BY image_id HAVING count(*) > 1 ORDER BY image_id LIMIT ${longest}`);
  const copiedCount = database
    .prepare<[], number>(
      'SELECT count(*) FROM (SELECT image_id FROM files GROUP BY image_id HAVING count(*) > 1)',
    )
    .pluck();
  const unmeasured = database
    .prepare<[], number>('SELECT count(*) FROM images WHERE brightness IS NULL')
    .pluck();
  const refused = database.prepare<[], Rejection>(
    `SELECT path, reason FROM refused_files ORDER BY path LIMIT ${longest}`,
  );
  const refusedCount = database.prepare<[], number>('SELECT count(*) FROM refused_files').pluck();
  const refuse = database.prepare(`
    INSERT INTO refused_files VALUES (?, ?)
    ON CONFLICT DO UPDATE SET reason = excluded.reason`);
  const accept = database.prepare(
    'DELETE FROM refused_files WHERE path IN (SELECT value FROM json_each(?))',
  );

  return {
    get: database.transaction((): Statistics => {
      const byLabel = new Map<number, number[]>();
      for (const { id, labelId } of sampled.all()) {
        const own = byLabel.get(labelId);
        if (own) own.push(id);
        else byLabel.set(labelId, [id]);
      }
      return {
        side: figures.side(),
        bytes: figures.bytes(),
        aspect: figures.aspect(),
        brightness: figures.brightness(),
        unmeasured: unmeasured.get()!,
        samples: [...byLabel].map(([labelId, imageIds]) => ({ labelId, imageIds })),
        copies: copied.all().map(({ id, paths }) => ({
          imageId: id,
          paths: (JSON.parse(paths) as string[]).map(absolute),
        })),
        copiesCount: copiedCount.get()!,
        refused: refused.all().map(({ path, reason }) => ({ path: absolute(path), reason })),
        refusedCount: refusedCount.get()!,
      };
    }),

    /** What an import has read, and what it could not: the latest word on each file counts. */
    read: database.transaction((paths: readonly string[], rejected: readonly Rejection[]): void => {
      accept.run(JSON.stringify(paths.map(stored)));
      for (const { path, reason } of rejected) refuse.run(stored(path), reason);
    }),
  };
}
