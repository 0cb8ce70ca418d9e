import { setTimeout as wait } from 'node:timers/promises';

/** Waits until a condition holds; fails, naming it, when it does not in time. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`after ${timeoutMs} ms still not: ${what}`);
    await wait(10);
  }
}
