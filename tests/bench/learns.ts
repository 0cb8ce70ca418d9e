/**
 * `npm run -s bench -- learns [RESULTS]`: does Graft's training reach what PyTorch's reaches, with the same network,
 * weights, split, settings and schedule? Trains what is missing in RESULTS (tests/bench/results/learns.jsonl), a line
 * for each run, and prints the table of docs/proof.md. So it goes on where it was stopped.
 */
import { join } from 'node:path';
import { addLine, readLines } from './helpers/json-lines.ts';
import { type LearnsLine, learn, planned, type Wanted } from './helpers/learns-runs.ts';
import { learnsTable } from './helpers/learns-table.ts';
import { closeReference, torch } from './helpers/reference.ts';

const results = process.argv[2] ?? join(import.meta.dirname, 'results', 'learns.jsonl');
const nameOf = ({ set, recipe, seed, side }: Wanted) => `${set} ${recipe} ${seed} ${side}`;

const there = new Set((await readLines<LearnsLine>(results)).map(nameOf));
const missing = planned.filter((wanted) => !there.has(nameOf(wanted)));
for (const wanted of missing) {
  const line = await learn(wanted, await torch());
  if (!line) continue;
  await addLine(results, line);
  console.error(`${nameOf(wanted)}: ${line.accuracy} in ${line.seconds} s`);
}
await closeReference();
console.log(learnsTable(await readLines<LearnsLine>(results)));
