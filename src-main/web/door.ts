/** The studio in a browser: one small HTTP server on the loopback interface. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Studio } from '../../src-shared/contract.ts';
import { type ErrorCode, StudioError, toErrorReply } from '../../src-shared/errors.ts';
import {
  type HelloReply,
  helloPath,
  mediaPath,
  protocol,
  wirePath,
} from '../../src-shared/wire.ts';
import { followProject } from './beacon.ts';
import {
  cookieName,
  isFitToken,
  isSameToken,
  newToken,
  type Refusal,
  refuseOrigin,
  refuseSender,
  securityHeaders,
  subprotocols,
} from './guard.ts';
import { serveMedia } from './media.ts';
import { servePage } from './page.ts';
import { createWire } from './wire.ts';

export interface WebDoorOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Random if it is not given. */
  readonly token?: string;
  /** The built page; null for a door that only programs use. */
  readonly rendererDir: string | null;
  /** Told of what went wrong beside a request; standard error if it is not given. */
  readonly warn?: (message: string) => void;
}

export interface WebDoor {
  /** With the token: whoever has this address may do everything the user may. */
  readonly url: string;
  readonly token: string;
  readonly port: number;
  /** Ends all connections. The studio goes on. */
  close(): Promise<void>;
}

const statusOf: Readonly<Record<ErrorCode, number>> = {
  'invalid-input': 400,
  'unknown-call': 404,
  'not-found': 404,
  refused: 409,
  unavailable: 503,
  internal: 500,
};

/**
 * Opens the door and tells the project that is open (beacon.ts).
 * @throws StudioError `refused` when the port is taken, `invalid-input` when the token is not fit to be one
 */
export async function openWebDoor(studio: Studio, options: WebDoorOptions): Promise<WebDoor> {
  const token = options.token ?? newToken();
  if (!isFitToken(token)) {
    throw new StudioError(
      'invalid-input',
      'A token of your own has at least 16 letters, digits, "-" and "_", and nothing else.',
    );
  }
  const warn = options.warn ?? ((message) => console.warn(message));
  const wire = createWire(studio);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(securityHeaders(request.headers.host))) {
      response.setHeader(name, value);
    }
    const foreign = refuseOrigin(request);
    if (foreign) return refuse(request, response, foreign);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    // A path may begin with two slashes, which URL would take for a host.
    const url = URL.parse(`http://localhost${request.url ?? '/'}`);
    if (!url) return refuse(request, response, { status: 400, message: 'This is no address.' });
    if (url.pathname === '/' && url.searchParams.has('token')) {
      return letIn(request, response, url.searchParams.get('token')!);
    }
    const unknown = refuseSender(request, token);
    if (unknown) return refuse(request, response, unknown);

    const [, first] = url.pathname.split('/');
    if (first === mediaPath) return serveMedia(studio, url, request, response);
    if (first === helloPath) {
      const hello: HelloReply = { protocol, instance: wire.instance };
      response.setHeader('cache-control', 'no-store');
      return json(response, 200, hello);
    }
    if (options.rendererDir !== null) return servePage(options.rendererDir, url.pathname, response);
    throw new StudioError('not-found', 'This studio shows its page in its own window.');
  }

  /** The token leaves the address bar and the history, and lives on in a cookie that no script can read. */
  function letIn(request: IncomingMessage, response: ServerResponse, given: string): void {
    const { headers } = request;
    if (!isSameToken(given, token)) {
      refuse(request, response, {
        status: 401,
        message:
          'This token is not valid: use the address that the studio printed when it was last started.',
      });
      return;
    }
    response.setHeader('cache-control', 'no-store');
    response.setHeader(
      'set-cookie',
      `${cookieName(headers.host)}=${token}; Path=/; HttpOnly; SameSite=Strict`,
    );
    // After a click on another site's page a redirect still counts as that site's, without our cookie.
    if (headers['sec-fetch-site'] === 'cross-site') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(
        '<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>Graft</title>',
      );
    } else {
      response.writeHead(303, { location: '/' }).end();
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const reply = toErrorReply(error);
      if (reply.code === 'internal') warn(`${request.method} ${request.url}: ${reply.message}`);
      if (response.headersSent) response.destroy();
      else json(response, statusOf[reply.code], reply);
    });
  });

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refusal: Refusal | null =
      refuseOrigin(request) ??
      refuseSender(request, token) ??
      (request.url?.split('?')[0] === `/${wirePath}`
        ? null
        : { status: 404, message: 'There is no such address.' }) ??
      (subprotocols(request).includes(protocol)
        ? null
        : { status: 426, message: `This studio speaks ${protocol}.` });
    if (refusal) refuseUpgrade(socket, refusal);
    else wire.upgrade(request, socket, head);
  });

  server.listen(options.port ?? 0, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    wire.close();
    throw new StudioError(
      'refused',
      `The studio cannot listen on port ${options.port} of 127.0.0.1 (${(error as NodeJS.ErrnoException).code}): choose another with --port.`,
      { cause: error },
    );
  }

  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/?token=${token}`;
  const extinguish = await followProject(studio, { url, token, pid: process.pid }, (error) =>
    warn(
      `The command line will not find this studio, for studio.json could not be kept: ${toErrorReply(error).message}`,
    ),
  );
  return {
    url,
    token,
    port,
    async close() {
      await extinguish();
      wire.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** In words for a person who typed the address, as data for a program. */
function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { status, message } = refusal;
  if (request.headers.accept?.includes('text/html')) {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(message);
  } else {
    json(response, status, { code: status === 400 ? 'invalid-input' : 'refused', message });
  }
}

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const body = JSON.stringify({ code: 'refused', message: refusal.message });
  socket.end(
    [
      `HTTP/1.1 ${refusal.status} Refused`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
