/**
 * `npm test [STEP...]`: types, lint, and every test, one step after the other; the last line counts them.
 * A step is `types`, `lint`, or a folder of tests: unit, store, engine, contract, e2e.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from '../src-main/programs.ts';
import { bringTensorflow, isExpected } from './setup/tensorflow.ts';

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, in words for the end of a long log. */
  readonly failures: readonly string[];
}

/** What is read of Vitest's JSON report. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

const bin = (name: string) => join(root, 'node_modules', '.bin', name);

function succeeds(name: string, args: readonly string[]): boolean {
  const windows = process.platform === 'win32';
  const { status } = spawnSync(bin(name), args, { cwd: root, stdio: 'inherit', shell: windows });
  return status === 0;
}

/** Tools that only say yes or no: each counts as one. */
function checks(...commands: readonly (readonly [string, ...string[]])[]): Count {
  const failures = commands
    .filter(([name, ...args]) => !succeeds(name, args))
    .map(([name]) => name);
  const failed = failures.length;
  return { passed: commands.length - failed, failed, skipped: 0, failures };
}

function failuresOf({ testResults }: Report): string[] {
  return testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, message, assertionResults }) => {
      const file = relative(root, name);
      const tests = assertionResults.filter(({ status }) => status === 'failed');
      if (tests.length === 0) return [`${file}: ${message}`];
      return tests.map(
        ({ fullName, failureMessages }) =>
          `${file}: ${fullName}\n${failureMessages?.join('\n') ?? ''}`,
      );
    });
}

function tests(project: string): Count {
  const folder = mkdtempSync(join(tmpdir(), 'graft-tests-'));
  const report = join(folder, 'report.json');
  try {
    const args = ['run', '--project', project, '--reporter=default', '--reporter=json'];
    const ok = succeeds('vitest', [...args, `--outputFile.json=${report}`]);
    const told: Report = JSON.parse(readFileSync(report, 'utf8'));
    // A file that cannot be loaded fails the run without a failed test of its own, and so does an error after all.
    const failed = ok ? 0 : Math.max(1, told.numFailedTests);
    const failures = failuresOf(told);
    if (failed > 0 && failures.length === 0) failures.push(`An error outside the ${project} tests`);
    return { passed: told.numPassedTests, failed, skipped: told.numPendingTests, failures };
  } catch (error) {
    const failure = `The ${project} tests gave no report: ${error}`;
    return { passed: 0, failed: 1, skipped: 0, failures: [failure] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One that passes or fails, too. */
const check = (name: string, passes: boolean): Count => ({
  passed: Number(passes),
  failed: Number(!passes),
  skipped: 0,
  failures: passes ? [] : [name],
});

const steps: Readonly<Record<string, () => Count>> = {
  // Before all others, which find it where it was put.
  ...(isExpected() && { tensorflow: () => check('tensorflow', bringTensorflow()) }),
  types: () => checks(['tsc', '--noEmit'], ['svelte-check', '--fail-on-warnings']),
  lint: () =>
    checks(
      ['biome', 'ci', '--error-on-warnings', '.'],
      [
        'depcruise',
        '--config',
        '.dependency-cruiser.cjs',
        'src-main',
        'src-shared',
        'src-renderer',
      ],
    ),
  unit: () => tests('unit'),
  store: () => tests('store'),
  engine: () => tests('engine'),
  contract: () => tests('contract'),
  e2e: () => tests('e2e'),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}: ${Object.keys(steps).join(', ')}.`);
  process.exit(2);
}

const total = { passed: 0, failed: 0, skipped: 0, failures: [] as string[] };
for (const [name, step] of Object.entries(steps)) {
  if (wanted.length > 0 && !wanted.includes(name) && name !== 'tensorflow') continue;
  console.log(`\n== ${name}`);
  const started = performance.now();
  const count = step();
  console.log(
    `== ${name}: ${count.passed} passed, ${count.failed} failed, ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
  total.failures.push(...count.failures);
}
for (const failure of total.failures) console.log(`\nFAILED ${failure}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;
