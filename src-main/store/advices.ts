/** What the advisor said, in the order in which it did, and what came of it. */
import { z } from 'zod';
import { type Advice, advice, outcome } from '../../src-shared/advisor/advice.ts';
import type { Database } from './database.ts';

/** With the runs that it was seen from, which may be gone. */
const keptOutcome = outcome.extend({ runs: z.array(z.int()) });
export type KeptOutcome = z.infer<typeof keptOutcome>;

export interface StoredAdvice {
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly advice: Advice;
  /** Null while nothing came of it that was seen. */
  readonly outcome: KeptOutcome | null;
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
    DELETE FROM advices WHERE backbone = ? AND outcome IS NULL AND created_at >
      COALESCE((SELECT MAX(created_at) FROM runs), '')`);
  const backbones = database
    .prepare<[], string>('SELECT DISTINCT backbone FROM advices ORDER BY backbone')
    .pluck();
  type Row = { id: number; createdAt: string; advice: string; outcome: string | null };
  const list = database.prepare<[string], Row>(`
    SELECT id, created_at AS createdAt, advice, outcome FROM advices
    WHERE backbone = ? ORDER BY id DESC`);
  const setOutcome = database.prepare('UPDATE advices SET outcome = ? WHERE id = ?');

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
      list.all(backbone).map(({ advice, outcome, ...row }) => ({
        ...row,
        advice: read(advice),
        outcome: outcome === null ? null : keptOutcome.parse(JSON.parse(outcome)),
      })),
    /** In the place of what was kept before. */
    keepOutcome(id: number, came: KeptOutcome): void {
      setOutcome.run(JSON.stringify(came), id);
    },
    /** That it said something of. */
    backbones: (): string[] => backbones.all(),
  };
}
