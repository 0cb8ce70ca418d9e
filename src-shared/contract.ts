/**
 * Every call and every event of the studio, once. Each door (Electron, browser, command line) is an
 * adapter of this file: a new call is one entry in contract/ and one function in src-main/studio.
 *
 * Input is checked where it enters the main side (src-main/studio/dispatch.ts); types are inferred.
 */
import type { z } from 'zod';
import { advisorCalls, advisorEvents } from './contract/advisor.ts';
import { assistCalls, assistEvents } from './contract/assist.ts';
import { backbonesCalls, backbonesEvents } from './contract/backbones.ts';
import { downloadsCalls } from './contract/downloads.ts';
import { imagesCalls, imagesEvents } from './contract/images.ts';
import { labelsCalls, labelsEvents } from './contract/labels.ts';
import { machineCalls, machineEvents } from './contract/machine.ts';
import { projectCalls, projectEvents } from './contract/project.ts';
import { reportCalls, reportEvents } from './contract/report.ts';
import { runsCalls, runsEvents } from './contract/runs.ts';
import { uploadsCalls } from './contract/uploads.ts';
import { viewsCalls, viewsEvents } from './contract/views.ts';

export { uploadChunkBytes } from './contract/uploads.ts';

export const calls = {
  ...projectCalls,
  ...imagesCalls,
  ...viewsCalls,
  ...uploadsCalls,
  ...downloadsCalls,
  ...labelsCalls,
  ...backbonesCalls,
  ...advisorCalls,
  ...runsCalls,
  ...reportCalls,
  ...assistCalls,
  ...machineCalls,
} as const;

export const events = {
  ...projectEvents,
  ...imagesEvents,
  ...viewsEvents,
  ...labelsEvents,
  ...backbonesEvents,
  ...advisorEvents,
  ...runsEvents,
  ...reportEvents,
  ...assistEvents,
  ...machineEvents,
} as const;

export type CallName = keyof typeof calls;
export type CallInput<N extends CallName> = z.input<(typeof calls)[N]['input']>;
export type CallParsed<N extends CallName> = z.output<(typeof calls)[N]['input']>;
export type CallOutput<N extends CallName> = z.output<(typeof calls)[N]['output']>;

export type EventName = keyof typeof events;
export type StudioEvent = {
  [N in EventName]: { readonly name: N } & { readonly data: z.output<(typeof events)[N]> };
}[EventName];

/** What a door serves as bytes rather than as JSON, by id only: never by a path from the page. */
export const mediaKinds = ['thumbnail', 'picture', 'model', 'fast-model'] as const;
export type MediaKind = (typeof mediaKinds)[number];

export interface Media {
  /** MIME type. */
  readonly type: string;
  readonly bytes: Uint8Array;
  /** For a download. */
  readonly fileName: string;
}

/** A file that was made to be fetched: it may be larger than memory. */
export interface Download {
  /** MIME type. */
  readonly type: string;
  readonly fileName: string;
  readonly bytes: number;
  readonly stream: ReadableStream<Uint8Array>;
}

/**
 * The studio as every door sees it: the one in this process, or one at the other end of a WebSocket.
 * `call` rejects with a StudioError.
 */
export interface Studio {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: StudioEvent) => void): () => void;
  /** thumbnail and picture: by image id; model and fast-model: by run id (ONNX). */
  media(kind: MediaKind, id: number): Promise<Media>;
  /** What was written to the place with this id: `downloads.place`. */
  download(id: number): Promise<Download>;
  close(): Promise<void>;
}
