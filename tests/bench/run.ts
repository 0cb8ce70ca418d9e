/** `npm run -s bench -- NAME [ARGUMENT...]`: runs tests/bench/NAME.ts, which prints what it measured. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { withLargePages } from '../../src-main/engine/memory/large-pages.ts';

const here = import.meta.dirname;
const trains = new Set(['training', 'tail', 'runtimes']);
const names = readdirSync(here)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length));

const [name = '', ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`Say what to measure: ${names.join(', ')}.`);
  process.exitCode = 2;
} else {
  const { status } = spawnSync(process.execPath, [join(here, `${name}.ts`), ...args], {
    stdio: 'inherit',
    // As the studio starts the engine.
    env: trains.has(name) ? withLargePages(process.env) : process.env,
  });
  process.exitCode = status ?? 1;
}
