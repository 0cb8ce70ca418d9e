/** The WebSocket side of the door: calls in, replies and numbered events out. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { CallName, Studio } from '../../src-shared/contract.ts';
import { toErrorReply } from '../../src-shared/errors.ts';
import { beatMs, protocol, type ServerFrame } from '../../src-shared/wire.ts';
import { createJournal } from './journal.ts';

const clientFrame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    instance: z.string().nullable(),
    since: z.int().nonnegative(),
  }),
  z.object({
    type: z.literal('call'),
    id: z.int(),
    name: z.string(),
    input: z.unknown(),
  }),
]);

/** An upload's chunk is 1.4 MB in base64; labelling a hundred thousand pictures at once is 0.7 MB. */
const maxFrameBytes = 8 * 2 ** 20;
/** A client that has so much unread is cut off: it comes back and is told what it missed. */
const maxUnreadBytes = 64 * 2 ** 20;

export interface Wire {
  /** The life of this door, to which its event numbers belong. */
  readonly instance: string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export function createWire(studio: Studio): Wire {
  const instance = randomUUID();
  const journal = createJournal();
  /** `greeted`: has said hello, and so gets events. `alive`: has answered the latest ping. */
  const clients = new Map<WebSocket, { greeted: boolean; alive: boolean }>();
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    handleProtocols: () => protocol,
  });

  const send = (client: WebSocket, frame: ServerFrame) => client.send(JSON.stringify(frame));

  const unsubscribe = studio.subscribe((event) => {
    const { frame } = journal.append(event);
    for (const [client, { greeted }] of clients) {
      if (!greeted) continue;
      if (client.bufferedAmount > maxUnreadBytes) client.terminate();
      else client.send(frame);
    }
  });

  function greet(client: WebSocket, theirs: string | null, since: number): void {
    const missed = theirs === instance ? journal.after(since) : null;
    send(client, { type: 'welcome', instance, resumed: missed !== null, seq: journal.seq });
    for (const { frame } of missed ?? []) client.send(frame);
    clients.set(client, { greeted: true, alive: true });
  }

  async function answer(client: WebSocket, id: number, name: string, input: unknown) {
    // The studio knows which calls there are and what each takes, and refuses the rest.
    const reply = await studio.call(name as CallName, input as never).then(
      (value) => ({ ok: true, value }) as const,
      (error: unknown) => ({ ok: false, error: toErrorReply(error) }) as const,
    );
    send(client, { type: 'reply', id, reply });
  }

  function received(client: WebSocket, data: RawData, isBinary: boolean): void {
    const frame = isBinary ? undefined : parse(String(data));
    if (!frame) {
      client.close(1007, 'not a frame of this protocol');
      return;
    }
    if (frame.type === 'hello') greet(client, frame.instance, frame.since);
    else void answer(client, frame.id, frame.name, frame.input);
  }

  server.on('connection', (client) => {
    clients.set(client, { greeted: false, alive: true });
    client.on('message', (data, isBinary) => received(client, data, isBinary));
    client.on('pong', () => {
      const state = clients.get(client);
      if (state) state.alive = true;
    });
    client.on('close', () => clients.delete(client));
    // Too long a frame, broken UTF-8, a reset: `ws` closes that connection, and 'close' follows.
    client.on('error', () => client.terminate());
  });

  const beat = setInterval(() => {
    for (const [client, state] of clients) {
      if (!state.alive) {
        client.terminate();
        continue;
      }
      state.alive = false;
      client.ping();
      send(client, { type: 'beat' });
    }
  }, beatMs);

  return {
    instance,
    upgrade(request, socket, head) {
      server.handleUpgrade(request, socket, head, (client) =>
        server.emit('connection', client, request),
      );
    },
    close() {
      unsubscribe();
      clearInterval(beat);
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

function parse(text: string): z.output<typeof clientFrame> | undefined {
  try {
    return clientFrame.parse(JSON.parse(text));
  } catch {
    return undefined; // neither JSON nor a frame: the caller ends the connection
  }
}
