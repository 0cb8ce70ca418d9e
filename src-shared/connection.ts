/** A WebSocket to the web door that comes back by itself after it was lost. */
import { StudioError } from './errors.ts';
import {
  type ClientFrame,
  type HelloReply,
  helloPath,
  protocol,
  type ServerFrame,
  silenceMs,
  tokenProtocolPrefix,
  wirePath,
} from './wire.ts';

/** Where a studio answers. */
export interface StudioAddress {
  /** `http://127.0.0.1:4725/`, with the slash. */
  readonly base: string;
  /** Null in the browser, where the cookie speaks. */
  readonly token: string | null;
}

/**
 * Takes apart the address that the web door prints, token and all.
 * @throws StudioError `invalid-input` when it is no http(s) address.
 */
export function parseAddress(url: string): StudioAddress {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new StudioError(
      'invalid-input',
      `"${url}" is not the address of a studio: it looks like http://127.0.0.1:4725/?token=… and is printed by "graft serve".`,
    );
  }
  return {
    base: new URL('./', parsed).href.split('?')[0]!,
    token: parsed.searchParams.get('token'),
  };
}

export interface ConnectionHandlers {
  /** The socket is open: say hello. */
  readonly opened: () => void;
  readonly received: (frame: ServerFrame) => void;
  /** The connection broke, or an attempt to make it failed; the next attempt is under way. */
  readonly lost: () => void;
  /** Follows `lost` with the reason, in a sentence, as soon as it is known. */
  readonly explained: (problem: StudioError) => void;
}

export interface Connection {
  send(frame: ClientFrame): void;
  close(): void;
}

/** Milliseconds to wait before attempt number `attempt` (0, 1, ...): quick first, then calmer, never in step. */
export function retryDelay(attempt: number, random: () => number = Math.random): number {
  const longest = Math.min(10_000, 100 * 2 ** attempt);
  return longest * (0.5 + 0.5 * random());
}

/** Asks over plain HTTP why the WebSocket, which tells nothing, does not open. */
async function diagnose({ base, token }: StudioAddress): Promise<StudioError> {
  try {
    const response = await fetch(new URL(helloPath, base), {
      ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
      signal: AbortSignal.timeout(5000),
    });
    if (response.status === 401) {
      return new StudioError(
        'unavailable',
        `The studio at ${base} does not accept this token: use the address that it printed when it was last started.`,
      );
    }
    if (response.ok) {
      const hello = (await response.json()) as HelloReply;
      if (hello.protocol !== protocol) {
        return new StudioError(
          'unavailable',
          `The studio at ${base} is of another version (${hello.protocol}, here ${protocol}): update the older one.`,
        );
      }
      return new StudioError('unavailable', `The connection to the studio at ${base} was lost.`);
    }
    return new StudioError('unavailable', `What answers at ${base} is not a Graft studio.`);
  } catch (error) {
    return new StudioError(
      'unavailable',
      `No studio answers at ${base}: is it running, and the tunnel to it open?`,
      { cause: error },
    );
  }
}

export function keepConnected(address: StudioAddress, handlers: ConnectionHandlers): Connection {
  const url = new URL(wirePath, address.base);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const protocols = address.token ? [protocol, tokenProtocolPrefix + address.token] : [protocol];

  let socket: WebSocket | null = null;
  let attempt = 0;
  let lastHeard = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  function connect(): void {
    clearTimeout(retryTimer);
    const current = new WebSocket(url.href, protocols);
    socket = current;
    lastHeard = Date.now();
    current.addEventListener('open', () => {
      if (socket === current) handlers.opened();
    });
    current.addEventListener('message', ({ data }) => {
      if (socket !== current) return;
      lastHeard = Date.now();
      const frame = JSON.parse(String(data)) as ServerFrame;
      // Only a studio that answers ends the waiting: a tunnel with nothing behind it opens and closes.
      if (frame.type === 'welcome') attempt = 0;
      handlers.received(frame);
    });
    current.addEventListener('close', () => drop(current));
    // 'close' follows an error and says as much.
    current.addEventListener('error', () => {});
  }

  function drop(which: WebSocket): void {
    if (socket !== which) return;
    socket = null;
    which.close();
    if (closed) return;
    retryTimer = setTimeout(connect, retryDelay(attempt));
    attempt += 1;
    handlers.lost();
    void diagnose(address).then((problem) => {
      if (!closed && socket?.readyState !== WebSocket.OPEN) handlers.explained(problem);
    });
  }

  // A dead connection (a laptop that slept, a cut tunnel) may look open for minutes.
  const watch = setInterval(() => {
    if (socket && Date.now() - lastHeard > silenceMs) drop(socket);
  }, silenceMs / 5);

  const hurry = () => {
    if (!socket && !closed) connect();
  };
  const page = typeof globalThis.addEventListener === 'function' ? globalThis : null;
  page?.addEventListener('online', hurry);
  page?.addEventListener('focus', hurry);

  connect();
  return {
    send(frame) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
    },
    close() {
      closed = true;
      clearTimeout(retryTimer);
      clearInterval(watch);
      page?.removeEventListener('online', hurry);
      page?.removeEventListener('focus', hurry);
      socket?.close();
    },
  };
}
