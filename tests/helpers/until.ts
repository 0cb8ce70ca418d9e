import { setTimeout as wait } from 'node:timers/promises';

type Falsy = false | null | undefined;

/** Tries until there is something, and gives it; fails, naming it, when there is not in time. */
export async function until<T>(
  what: string,
  attempt: () => T | Falsy | Promise<T | Falsy>,
  timeoutMs = 30_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await attempt();
    if (value) return value;
    if (Date.now() > end) throw new Error(`after ${timeoutMs} ms still not: ${what}`);
    await wait(10);
  }
}
