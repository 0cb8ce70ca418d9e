/**
 * The way in from a fresh clone: `node src-main/setup/run.mjs TASK [ARGUMENT...]`, called by the npm
 * scripts. It brings what is missing and hands over to the task on the project's own Node. This file and
 * its siblings (*.mjs) run before anything is installed, so on any Node from 20 and without a package.
 */
import { bringBackbones, bringPackages, bringSamples, buildStudio } from './bring.mjs';
import { runNode } from './process.mjs';
import { start } from './start.mjs';

const [task, ...args] = process.argv.slice(2);

const tasks = {
  /** The studio, in a window or in the browser. */
  async start() {
    await bringPackages();
    await bringSamples();
    await bringBackbones();
    await buildStudio();
    return start(args);
  },
  async graft() {
    await bringPackages({ quiet: true });
    await bringBackbones({ quiet: true });
    if (args[0] === 'serve') await buildStudio({ quiet: true });
    return runNode(['src-main/cli/main.ts', ...args]);
  },
  async demo() {
    await bringPackages();
    await bringSamples();
    await bringBackbones();
    return runNode(['src-main/cli/main.ts', 'demo', ...args]);
  },
  async test() {
    await bringPackages();
    await bringSamples();
    await bringBackbones();
    await buildStudio();
    return runNode(['tests/run.ts', ...args]);
  },
  /** What was measured, as lines of JSON. */
  async bench() {
    await bringPackages({ quiet: true });
    await bringBackbones({ quiet: true });
    await buildStudio({ quiet: true });
    return runNode(['tests/bench/run.ts', ...args]);
  },
  /** The README's pictures. */
  async screenshots() {
    await bringPackages();
    await bringSamples();
    await bringBackbones();
    await buildStudio();
    return runNode(['tests/screenshots.ts']);
  },
};

try {
  const run = tasks[task];
  if (!run) throw new Error(`There is no task "${task}": ${Object.keys(tasks).join(', ')}.`);
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
