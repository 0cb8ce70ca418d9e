import type { Progress } from '../protocol.ts';

/** What a job is given besides its data. */
export interface JobContext {
  /** Looked at between steps. */
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
}
