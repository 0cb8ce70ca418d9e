/**
 * TensorFlow for the tests of its binding, by the very command that brings it to a person: once, into a folder
 * outside the clone. Where `GRAFT_EXPECT_TENSORFLOW` is 1, as in `.ci/run`, it must be had.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../src-main/programs.ts';
import type { TensorflowState } from '../../src-shared/tensorflow.ts';

export const isExpected = (): boolean => process.env.GRAFT_EXPECT_TENSORFLOW === '1';

function succeeds(command: string, args: readonly string[], quiet = false): boolean {
  const { status } = spawnSync(command, args, { cwd: root, stdio: quiet ? 'ignore' : 'inherit' });
  return status === 0;
}

const graft = [join(root, 'src-main', 'cli', 'main.ts'), 'tensorflow'];

function works(): boolean {
  const { stdout } = spawnSync(process.execPath, [...graft, 'status', '--json'], {
    encoding: 'utf8',
  });
  try {
    return (JSON.parse(stdout) as TensorflowState).found !== null;
  } catch {
    return false;
  }
}

/** What the binding is built with, where a fresh Debian has none of it. */
function bringCompiler(): void {
  const isHere = [['python3', '-m', 'pip'], ['g++'], ['make']].every(([program, ...args]) =>
    succeeds(program!, [...args, '--version'], true),
  );
  if (isHere || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  console.log('Installing what the binding of TensorFlow is built with (once) ...');
  succeeds('apt-get', ['update', '-qq']);
  succeeds('apt-get', ['install', '-y', '-qq', 'python3-pip', 'g++', 'make']);
}

/** False when it cannot be had, as was said on the way. Sets where this process and its children find it. */
export function bringTensorflow(): boolean {
  process.env.GRAFT_TENSORFLOW ||= join(homedir(), '.cache', 'graft-tests', 'tensorflow');
  if (works()) return true;
  bringCompiler();
  console.log('Installing TensorFlow for the tests of its binding (once) ...');
  return succeeds(process.execPath, [...graft, 'install', '--cpu']) && works();
}
