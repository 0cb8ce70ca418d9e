/**
 * What a remote studio (remote-studio.ts) and the web door (src-main/web) say to each other: JSON text
 * frames over one WebSocket, and bytes over HTTP (`media/<kind>/<id>`, `media/download/<id>`).
 *
 * Events are numbered from 1 by the door for as long as it lives; `instance` names that life. A client
 * that comes back says the last number it saw, and gets what it missed, or learns that it is too late
 * for that (`resumed: false`) and asks again for everything it shows.
 */
import type { Reply } from './bridge.ts';
import type { CallName, StudioEvent } from './contract.ts';

/** The WebSocket subprotocol: its number changes with the frames below. */
export const protocol = 'graft.v1';
/** Programs that have no cookie bring the token as a second subprotocol, so that it is in no URL. */
export const tokenProtocolPrefix = 'graft.token.';

export const wirePath = 'wire';
export const mediaPath = 'media';
/** Stands where the kind of a medium stands. */
export const downloadKind = 'download';
/** Answers `HelloReply` over plain HTTP: tells a wrong token from a studio that is not there. */
export const helloPath = 'hello';

export interface HelloReply {
  readonly protocol: string;
  readonly instance: string;
}

/** The door sends a beat this often, so that silence means that the connection is dead. */
export const beatMs = 10_000;
export const silenceMs = 35_000;

export type ClientFrame =
  | {
      readonly type: 'hello';
      /** The life of the door that `since` belongs to; null at the first connection. */
      readonly instance: string | null;
      readonly since: number;
    }
  | {
      readonly type: 'call';
      readonly id: number;
      readonly name: string;
      readonly input: unknown;
    };

export type ServerFrame =
  | {
      readonly type: 'welcome';
      readonly instance: string;
      /** True: all events after `since` follow. False: they begin after `seq`. */
      readonly resumed: boolean;
      readonly seq: number;
    }
  | { readonly type: 'event'; readonly seq: number; readonly event: StudioEvent }
  | { readonly type: 'reply'; readonly id: number; readonly reply: Reply<unknown> }
  | { readonly type: 'beat' };

/**
 * Calls that may be sent again when the connection broke before their reply came: doing them twice is
 * the same as doing them once. Any other call is then rejected as `unavailable`, for it may or may not
 * have been done.
 */
const repeatable: ReadonlySet<CallName> = new Set<CallName>([
  'project.current',
  'images.query',
  'sources.list',
  'sources.watch',
  'sources.look',
  'images.get',
  'images.history',
  'images.placeholders',
  'uploads.begin',
  'uploads.write', // a chunk that is there already changes nothing
  'uploads.finish',
  'uploads.abandon',
  'labels.export',
  'downloads.place',
  'report.write',
  'labels.csv',
  'backbones.list',
  'runs.list',
  'runs.epochs',
  'runs.predictions',
  'runs.compare',
  'runs.export',
  'predict',
  'doctor',
  'devices.list',
]);

export const isRepeatable = (name: CallName): boolean => repeatable.has(name);
