/** What the advisor said, in the order in which it did. */
import { type Advice, advice } from '../../src-shared/advisor/advice.ts';
import type { Database } from './database.ts';

export interface StoredAdvice {
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly advice: Advice;
}

/** So many for each backbone are kept. */
const kept = 200;

export function advicesTable(database: Database) {
  const insert = database.prepare(
    'INSERT INTO advices (backbone, created_at, advice) VALUES (?, ?, ?)',
  );
  const trim = database.prepare(`
    DELETE FROM advices WHERE backbone = ? AND id NOT IN
      (SELECT id FROM advices WHERE backbone = ? ORDER BY id DESC LIMIT ${kept})`);
  const supersede = database.prepare(`
    DELETE FROM advices WHERE backbone = ? AND created_at >
      COALESCE((SELECT MAX(created_at) FROM runs), '')`);
  const backbones = database
    .prepare<[], string>('SELECT DISTINCT backbone FROM advices ORDER BY backbone')
    .pluck();
  const list = database.prepare<[string], { createdAt: string; advice: string }>(
    'SELECT created_at AS createdAt, advice FROM advices WHERE backbone = ? ORDER BY id DESC',
  );

  const read = (json: string): Advice => advice.parse(JSON.parse(json));

  return {
    /** In the place of those that no run came after: nothing will be held against them. */
    add: database.transaction((said: Advice): void => {
      supersede.run(said.backbone);
      insert.run(said.backbone, new Date().toISOString(), JSON.stringify(said));
      trim.run(said.backbone, said.backbone);
    }),
    /** Null where the advisor has said nothing yet. */
    latest(backbone: string): Advice | null {
      const row = list.get(backbone);
      return row ? read(row.advice) : null;
    },
    /** The latest first. */
    list: (backbone: string): StoredAdvice[] =>
      list.all(backbone).map(({ createdAt, advice }) => ({ createdAt, advice: read(advice) })),
    /** That it said something of. */
    backbones: (): string[] => backbones.all(),
  };
}
