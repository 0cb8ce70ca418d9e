/** How a job can end otherwise than with a result, and the words for it. */
import { StudioError } from '../../src-shared/errors.ts';
import type { EndState } from './protocol.ts';

/** A job that was cancelled, or that failed: in the engine, or because the engine's process ended. */
export class EngineEnded extends StudioError {
  readonly state: EndState;
  /** One sentence, for the person. */
  readonly reason: string;
  /** Would it have gone better with less in memory? */
  readonly outOfMemory: boolean;

  constructor(state: EndState, reason: string, outOfMemory = false) {
    super(state === 'cancelled' ? 'refused' : 'unavailable', reason);
    this.name = 'EngineEnded';
    this.state = state;
    this.reason = reason;
    this.outOfMemory = outOfMemory;
  }
}

/** As V8, the C++ library and ONNX Runtime say it. */
const noMemory =
  /out of memory|bad_alloc|bad allocation|Failed to allocate memory|Array buffer allocation failed/i;

/** Does this message of an error, or of a process that died, say so? */
export const saysOutOfMemory = (message: string): boolean => noMemory.test(message);

const advice = 'Use a smaller batch or fewer blocks, or close other programs, and train again.';

/** Windows gives a crash as an exit code: the NTSTATUS of the exception. */
const windowsCrashes: Readonly<Record<number, string>> = {
  3221225477: 'access violation',
  3221225725: 'stack overflow',
  3221225501: 'illegal instruction',
  3221226505: 'abort',
};

/**
 * Why a process ended, in one sentence.
 *
 * @param code its exit code; null when a signal ended it
 * @param errors what it last wrote to its standard error
 */
export function exitReason(
  code: number | null,
  signal: NodeJS.Signals | null,
  errors: string,
): string {
  if (saysOutOfMemory(errors)) {
    return `The training engine ran out of memory. ${advice}`;
  }
  if (signal === 'SIGKILL') {
    return `The training engine was killed (SIGKILL), most often because the computer ran out of memory. ${advice}`;
  }
  if (signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGHUP') {
    return `The training engine was ended from outside (${signal}).`;
  }
  const last = errors.trim().split('\n').at(-1)?.trim().slice(0, 300);
  const told = last ? ` Its last words: ${last}` : '';
  if (signal) return `The training engine crashed (${signal}).${told}`;
  const crash = windowsCrashes[code ?? 0];
  if (crash) return `The training engine crashed (${crash}).${told}`;
  return `The training engine ended unexpectedly with exit code ${code}.${told}`;
}
