/** PyTorch to be measured against: a Python that does what reference.py knows, one work at a time. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../../src-main/programs.ts';

export interface Torch {
  readonly version: string;
  /** Units a second, or an accuracy. */
  call(name: string, given: object): Promise<number>;
  /** It ends, and no longer keeps this process from ending. */
  close(): void;
}

type Answer = { readonly value: number } | { readonly problem: string };

let opened: Promise<Torch | null> | undefined;

/** `GRAFT_BENCH_PYTHON`, else an environment that is made once; null, having said why, when there is none. */
export function torch(): Promise<Torch | null> {
  opened ??= openTorch();
  return opened;
}

/** Where none was opened, nothing. */
export async function closeReference(): Promise<void> {
  (await opened)?.close();
}

async function openTorch(): Promise<Torch | null> {
  const python = process.env.GRAFT_BENCH_PYTHON ?? bringPython();
  if (python === null) return null;
  // As a person's script has it, not as run.ts has it for Graft.
  const { GLIBC_TUNABLES: _, ...env } = process.env;
  const child = spawn(python, ['-u', join(import.meta.dirname, 'reference.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
  });
  const lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('Python ended before its work was done.');
    return JSON.parse(value);
  };
  const { version } = (await next()) as { version: string };
  return {
    version,
    async call(name, given) {
      child.stdin!.write(`${JSON.stringify({ name, given })}\n`);
      const answer = (await next()) as Answer;
      if ('problem' in answer) throw new Error(`reference.py: ${answer.problem}`);
      return answer.value;
    },
    close: () => child.stdin!.end(),
  };
}

function bringPython(): string | null {
  const folder = join(root, 'tests', '.cache', 'bench-python');
  const python = join(folder, 'bin', 'python');
  if (existsSync(python)) return python;
  console.error('Making a Python environment with PyTorch (once, some minutes) ...');
  mkdirSync(join(folder, '..'), { recursive: true });
  const must = (program: string, args: readonly string[]) => {
    const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(error?.message ?? stderr.trim().split('\n').at(-1));
  };
  const install = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check'];
  try {
    must('python3', ['-m', 'venv', folder]);
    must(python, [...install, 'torch==2.13.0', 'numpy', 'pillow']);
    // torchvision's only needed for its definitions of networks, and would bring another PyTorch.
    must(python, [...install, '--no-deps', 'torchvision']);
    return python;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    console.error(`PyTorch cannot be had (${(error as Error).message}): Graft's side alone.`);
    return null;
  }
}
