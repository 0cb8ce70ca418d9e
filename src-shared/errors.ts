/** What went wrong, in a word that a program can act on; the message is for the person. */
export type ErrorCode =
  | 'invalid-input' // the call's input does not fit its schema
  | 'unknown-call'
  | 'not-found'
  | 'refused' // understood, and not to be done: the message says why and what to do instead
  | 'unavailable' // the studio, the engine or the network at the other end is gone
  | 'internal';

/**
 * An error that is meant to be read: one sentence that says what was wrong with which file or value
 * and what to do. It crosses every door with its code and message; anything else that is thrown
 * reaches the person as `internal` with its message.
 */
export class StudioError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StudioError';
    this.code = code;
  }
}

export interface ErrorReply {
  readonly code: ErrorCode;
  readonly message: string;
}

/** The form in which an error leaves the main side. */
export function toErrorReply(error: unknown): ErrorReply {
  if (error instanceof StudioError) return { code: error.code, message: error.message };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** For the `default` of a switch over a union: the compiler complains when a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
