/**
 * A studio at the other end of a WebSocket, for the page in a browser, for `--connect`, and for the
 * command line on a project that a running studio has open. Needs the platform's own WebSocket and fetch.
 */
import { keepConnected, parseAddress, type StudioAddress } from './connection.ts';
import type {
  CallInput,
  CallName,
  CallOutput,
  Download,
  Media,
  MediaKind,
  Studio,
  StudioEvent,
} from './contract.ts';
import { type ErrorReply, StudioError } from './errors.ts';
import { downloadKind, isRepeatable, mediaPath, type ServerFrame } from './wire.ts';

/**
 * `lost`: the line broke, attempts to get it back go on. `resumed`: it is back, no event is missing.
 * `restarted`: it is back, but events are missing (another studio, or away for too long): ask again
 * for everything.
 */
export type ConnectionState = 'lost' | 'resumed' | 'restarted';

export interface RemoteStudio extends Studio {
  /** Resolves at the first connection; rejects with the reason when the first attempt fails. */
  readonly ready: Promise<void>;
  onConnection(listener: (state: ConnectionState) => void): () => void;
  /** Ends the connection, not the studio. */
  close(): Promise<void>;
}

export interface RemoteOptions {
  /** How long calls wait for a lost connection to come back before they are rejected as `unavailable`. */
  readonly patienceMs?: number;
}

interface Pending {
  readonly id: number;
  readonly name: CallName;
  readonly input: unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: StudioError) => void;
  sent: boolean;
}

/**
 * Calls that are made while the connection is away wait for it, ten seconds if not told otherwise. Of those that were on
 * their way when it broke, the repeatable ones (wire.ts) are sent again and the others rejected.
 */
export function remoteStudio(
  where: string | StudioAddress,
  { patienceMs = 10_000 }: RemoteOptions = {},
): RemoteStudio {
  const address = typeof where === 'string' ? parseAddress(where) : where;
  const pending = new Map<number, Pending>();
  const eventListeners = new Set<(event: StudioEvent) => void>();
  const connectionListeners = new Set<(state: ConnectionState) => void>();
  const ready = Promise.withResolvers<void>();
  // Whoever does not wait for `ready` learns of a failure by their calls.
  ready.promise.catch(() => {});

  let nextId = 1;
  let online = false;
  let closed = false;
  let instance: string | null = null;
  let lastSeq = 0;
  let problem = new StudioError('unavailable', `The studio at ${address.base} does not answer.`);
  let lostAt = Date.now();
  let deadline: ReturnType<typeof setTimeout> | undefined;

  function giveUp(which: (call: Pending) => boolean, error: (call: Pending) => StudioError): void {
    for (const call of [...pending.values()].filter(which)) {
      pending.delete(call.id);
      call.reject(error(call));
    }
  }

  const patienceLeft = () => Math.max(0, lostAt + patienceMs - Date.now());

  function waitForConnection(): void {
    clearTimeout(deadline);
    deadline = setTimeout(
      () =>
        giveUp(
          () => true,
          () => problem,
        ),
      patienceLeft(),
    );
  }

  function send(call: Pending): void {
    call.sent = true;
    connection.send({ type: 'call', id: call.id, name: call.name, input: call.input });
  }

  function received(frame: ServerFrame): void {
    switch (frame.type) {
      case 'welcome': {
        const isFirst = instance === null;
        instance = frame.instance;
        if (!frame.resumed) lastSeq = frame.seq;
        online = true;
        clearTimeout(deadline);
        for (const call of pending.values()) if (!call.sent) send(call);
        ready.resolve();
        if (!isFirst) tell(frame.resumed ? 'resumed' : 'restarted');
        break;
      }
      case 'event':
        if (frame.seq <= lastSeq) break;
        lastSeq = frame.seq;
        for (const listener of [...eventListeners]) listener(frame.event);
        break;
      case 'reply': {
        const call = pending.get(frame.id);
        pending.delete(frame.id);
        if (frame.reply.ok) call?.resolve(frame.reply.value as never);
        else call?.reject(new StudioError(frame.reply.error.code, frame.reply.error.message));
        break;
      }
      case 'beat':
        break;
    }
  }

  function lost(): void {
    if (!online) return;
    online = false;
    lostAt = Date.now();
    giveUp(
      (call) => call.sent && !isRepeatable(call.name),
      (call) =>
        new StudioError(
          'unavailable',
          `The connection to the studio was lost during "${call.name}": look whether it was done before you repeat it.`,
        ),
    );
    for (const call of pending.values()) call.sent = false;
    waitForConnection();
    tell('lost');
  }

  function tell(state: ConnectionState): void {
    for (const listener of [...connectionListeners]) listener(state);
  }

  const connection = keepConnected(address, {
    opened: () => connection.send({ type: 'hello', instance, since: lastSeq }),
    received,
    lost,
    explained: (reason) => {
      problem = reason;
      if (instance === null) ready.reject(reason);
    },
  });

  return {
    ready: ready.promise,

    call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
      return new Promise<CallOutput<N>>((resolve, reject) => {
        if (closed) return reject(new StudioError('unavailable', 'The connection was closed.'));
        const call: Pending = {
          id: nextId++,
          name,
          input,
          resolve: resolve as Pending['resolve'],
          reject,
          sent: false,
        };
        pending.set(call.id, call);
        if (online) send(call);
        else waitForConnection();
      });
    },

    subscribe: (listener) => add(eventListeners, listener),
    onConnection: (listener) => add(connectionListeners, listener),
    media: (kind, id) => fetchMedia(address, kind, id),
    download: (id) => fetchDownload(address, id),

    async close() {
      closed = true;
      clearTimeout(deadline);
      connection.close();
      const gone = () => new StudioError('unavailable', 'The connection was closed.');
      giveUp(() => true, gone);
      ready.reject(gone());
    },
  };
}

function add<T>(to: Set<T>, listener: T): () => void {
  to.add(listener);
  return () => to.delete(listener);
}

async function fetchMedia(address: StudioAddress, kind: MediaKind, id: number): Promise<Media> {
  const response = await fetchBytes(address, kind, id);
  return {
    ...headersOf(response, `${kind}-${id}`),
    bytes: new Uint8Array(await response.arrayBuffer()),
  };
}

async function fetchDownload(address: StudioAddress, id: number): Promise<Download> {
  const response = await fetchBytes(address, downloadKind, id);
  return {
    ...headersOf(response, `${downloadKind}-${id}`),
    bytes: Number(response.headers.get('content-length')),
    stream: response.body!,
  };
}

/** @throws StudioError `unavailable` when nobody answers, else what the studio says */
async function fetchBytes(
  { base, token }: StudioAddress,
  kind: MediaKind | typeof downloadKind,
  id: number,
): Promise<Response> {
  const response = await fetch(new URL(`${mediaPath}/${kind}/${id}`, base), {
    ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
  }).catch((error: unknown) => {
    throw new StudioError('unavailable', `No studio answers at ${base}.`, { cause: error });
  });
  if (response.ok) return response;
  const { code, message } = (await response.json()) as ErrorReply;
  throw new StudioError(code, message);
}

function headersOf({ headers }: Response, otherwise: string) {
  const name = /filename\*=UTF-8''([^;]+)/.exec(headers.get('content-disposition') ?? '');
  return {
    type: headers.get('content-type') ?? 'application/octet-stream',
    fileName: decodeURIComponent(name?.[1] ?? otherwise),
  };
}
