/** `graft://studio/`: the page and the project's pictures, without a server and without file addresses. */
import { join } from 'node:path';
import { protocol } from 'electron';
import type { Studio } from '../../src-shared/contract.ts';
import { toErrorReply } from '../../src-shared/errors.ts';
import { downloadKind, mediaPath } from '../../src-shared/wire.ts';
import { root } from '../programs.ts';
import { disposition, mediaAddress } from '../web/media.ts';
import { readPage } from '../web/page.ts';
import { scheme } from './channels.ts';

const policy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Before the app is ready: makes the scheme an origin of its own, with fetch and a security policy. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);
}

function answer(
  status: number,
  type: string,
  body: Uint8Array | ReadableStream<Uint8Array> | string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body as BodyInit, {
    status,
    headers: {
      'content-type': type,
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  });
}

async function serve(studio: Studio, url: URL): Promise<Response> {
  if (url.pathname.startsWith(`/${mediaPath}/`)) {
    const { kind, id } = mediaAddress(url.pathname);
    if (kind === downloadKind) {
      const { type, fileName, stream } = await studio.download(id);
      return answer(200, type, stream, { 'content-disposition': disposition(kind, fileName) });
    }
    const { type, bytes, fileName } = await studio.media(kind, id);
    return answer(200, type, bytes, { 'content-disposition': disposition(kind, fileName) });
  }
  const page = await readPage(join(root, 'out', 'renderer'), url.pathname);
  return page
    ? answer(200, page.type, page.bytes)
    : answer(404, 'text/plain', 'There is no such page.');
}

export function openProtocolDoor(studio: Studio): void {
  protocol.handle(scheme, async (request) => {
    try {
      return await serve(studio, new URL(request.url));
    } catch (error) {
      const reply = toErrorReply(error);
      return answer(
        reply.code === 'not-found' ? 404 : 500,
        'application/json',
        JSON.stringify(reply),
      );
    }
  });
}
