/**
 * What the page sees of its door: `window.graft`, put there by Electron's preload, or made by the page
 * itself over a WebSocket in the browser. Nothing else crosses.
 */
import type { CallInput, CallName, CallOutput, StudioEvent } from './contract.ts';
import type { ErrorReply } from './errors.ts';

/** contextBridge copies values but not classes, so failures cross as data. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ErrorReply };

export interface Bridge {
  readonly door: 'electron' | 'browser';
  /** Do paths of this computer mean anything to the studio? False in the browser and with --connect. */
  readonly local: boolean;
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<Reply<CallOutput<N>>>;
  subscribe(listener: (event: StudioEvent) => void): () => void;
  /** Tells when the connection to the studio is lost and when it is back. */
  onConnection(listener: (connected: boolean) => void): () => void;
  /** Prefix of media addresses: `${mediaBase}thumbnail/12`. */
  readonly mediaBase: string;
  /** Path of a dropped file, where the door knows it; empty otherwise. */
  pathOf(file: File): string;
  /** The system's own dialog; null when cancelled, undefined when this door has none. */
  choose(
    kind: 'folder' | 'files' | 'save',
    suggestion?: string,
  ): Promise<string[] | null | undefined>;
}

declare global {
  interface Window {
    graft?: Bridge;
  }
}
