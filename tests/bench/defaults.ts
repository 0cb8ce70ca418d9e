/**
 * `npm run -s bench -- defaults [RESULTS]`: do the default settings of fine-tune top win without tuning? Trains what is
 * missing in RESULTS (tests/bench/results/defaults.jsonl), a line for each run, and prints the table of
 * docs/training.md. So it goes on where it was stopped.
 */
import { join } from 'node:path';
import { type DefaultsLine, planned, tryVariant, type Wanted } from './helpers/defaults-runs.ts';
import { defaultsTable } from './helpers/defaults-table.ts';
import { addLine, readLines } from './helpers/json-lines.ts';

const results = process.argv[2] ?? join(import.meta.dirname, 'results', 'defaults.jsonl');
const nameOf = ({ network, set, variant, seed }: Wanted) => `${network} ${set} ${variant} ${seed}`;

const there = new Set((await readLines<DefaultsLine>(results)).map(nameOf));
for (const wanted of planned.filter((each) => !there.has(nameOf(each)))) {
  const line = await tryVariant(wanted);
  await addLine(results, line);
  console.error(`${nameOf(wanted)}: ${line.accuracy} in ${line.seconds} s`);
}
console.log(defaultsTable(await readLines<DefaultsLine>(results)));
