import { readFileSync } from 'node:fs';

/**
 * How many processes Linux has killed for want of memory since it started; 0 on other systems, which
 * page instead.
 */
export function outOfMemoryKills(): number {
  if (process.platform !== 'linux') return 0;
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // a sandbox without /proc
  }
}
