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
  const list = database.prepare<[string], { createdAt: string; advice: string }>(
    'SELECT created_at AS createdAt, advice FROM advices WHERE backbone = ? ORDER BY id DESC',
  );

  return {
    add: database.transaction((said: Advice): void => {
      insert.run(said.backbone, new Date().toISOString(), JSON.stringify(said));
      trim.run(said.backbone, said.backbone);
    }),
    /** The latest first. */
    list: (backbone: string): StoredAdvice[] =>
      list
        .all(backbone)
        .map((row) => ({ createdAt: row.createdAt, advice: advice.parse(JSON.parse(row.advice)) })),
  };
}
