/** Ctrl+C: whoever has something to stop stops it; with nothing to stop the program just ends. */

export const interruptedExit = 130;

/** Thrown by a command that was stopped by the person and has tidied up. */
export class Interrupted extends Error {}

/** A terminal sends Ctrl+C to npm and to us, and npm passes its own on: that is one, not two. */
const sameKeyMs = 1000;

const controllers = new Set<AbortController>();
let firstAt: number | null = null;

function interrupt(): void {
  const isAgain = firstAt !== null && Date.now() - firstAt > sameKeyMs;
  if (controllers.size === 0 || isAgain) process.exit(interruptedExit);
  firstAt ??= Date.now();
  for (const controller of controllers) controller.abort(new Interrupted());
}

export function listenForInterrupts(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
}

/** Runs work that can be stopped: Ctrl+C aborts its signal, a second one (a second later) ends the program. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  controllers.add(controller);
  try {
    return await work(controller.signal);
  } finally {
    controllers.delete(controller);
  }
}
