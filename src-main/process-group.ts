/** Programs that start others in turn: pip behind a shim, make with its compilers. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** As `spawn`, but `signal` ends all that the program has started, too. */
export function spawnGroup(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const { signal } = options;
  // Windows has no groups, and would open a window for it.
  const detached = process.platform !== 'win32';
  const child = spawn(program, args, { ...options, detached });
  const end = () => {
    try {
      process.kill(detached ? -child.pid! : child.pid!, 'SIGKILL');
    } catch {
      // it has ended already, or never began
    }
  };
  signal?.addEventListener('abort', end, { once: true });
  child.on('close', () => signal?.removeEventListener('abort', end));
  return child;
}
