/**
 * `npm run -s bench -- advisor [RESULTS]`: is the advisor any good? Trains every recipe on labelled sets of six kinds at two
 * sizes with two seeds, and appends each result to RESULTS (tests/bench/results/advisor.jsonl). Runs that are there are
 * skipped, so it goes on where it was stopped.
 */
import { join } from 'node:path';
import { planned, type RunLine, trainCell, type Wanted } from './helpers/advisor-runs.ts';
import { addLine, readLines } from './helpers/json-lines.ts';

const results = process.argv[2] ?? join(import.meta.dirname, 'results', 'advisor.jsonl');
const nameOf = ({ set, perClass, seed, recipe }: Wanted) => `${set} ${perClass} ${seed} ${recipe}`;

const there = new Set((await readLines<RunLine>(results)).map(nameOf));
for (const wanted of planned) {
  if (there.has(nameOf(wanted))) continue;
  const line = await trainCell(wanted);
  await addLine(results, line);
  console.log(`${nameOf(wanted)}: ${line.accuracy} in ${line.seconds} s`);
}
