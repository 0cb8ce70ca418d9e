/** The command line as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../src-main/programs.ts';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Ctrl+C as a terminal sends it: to the process and to all that it has started. */
  interrupt(): void;
  /** What it has written to standard output so far. */
  stdout(): string;
  readonly finished: Promise<Finished>;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function startCli(args: readonly string[], options: CliOptions = {}): Running {
  const child = spawn(process.execPath, [join(root, 'src-main', 'cli', 'main.ts'), ...args], {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, as in a terminal.
    detached: process.platform !== 'win32',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  const interrupt = () => {
    if (process.platform === 'win32') child.kill('SIGINT');
    else process.kill(-child.pid!, 'SIGINT');
  };
  return { child, interrupt, stdout: () => stdout, finished };
}

export const cli = (args: readonly string[], options?: CliOptions): Promise<Finished> =>
  startCli(args, options).finished;
