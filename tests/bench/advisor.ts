/**
 * `npm run -s bench -- advisor [RESULTS]`: is the advisor any good? Lets it measure labelled sets of six kinds at two
 * sizes with two seeds, trains every recipe on them, and appends each result to RESULTS
 * (tests/bench/results/advisor.jsonl). What is there is skipped, so it goes on where it was stopped.
 */
import { join } from 'node:path';
import {
  type AdviceLine,
  adviseCell,
  type Cell,
  cells,
  planned,
  type RunLine,
  trainCell,
} from './helpers/advisor-runs.ts';
import { addLine, readLines } from './helpers/json-lines.ts';

const results = process.argv[2] ?? join(import.meta.dirname, 'results', 'advisor.jsonl');
const nameOf = (line: Cell & { readonly recipe?: string }) =>
  `${line.set} ${line.perClass} ${line.seed} ${line.recipe ?? 'advice'}`;

const there = new Set((await readLines<RunLine | AdviceLine>(results)).map(nameOf));
for (const cell of cells) {
  if (there.has(nameOf(cell))) continue;
  await addLine(results, await adviseCell(cell));
  console.log(nameOf(cell));
}
for (const wanted of planned) {
  if (there.has(nameOf(wanted))) continue;
  const line = await trainCell(wanted);
  await addLine(results, line);
  console.log(`${nameOf(wanted)}: ${line.accuracy} in ${line.seconds} s`);
}
