/** `graft://studio/`: the page and the project's pictures, without a server and without file addresses. */
import { join } from 'node:path';
import { protocol } from 'electron';
import { type MediaKind, mediaKinds, type Studio } from '../../src-shared/contract.ts';
import { StudioError, toErrorReply } from '../../src-shared/errors.ts';
import { root } from '../programs.ts';
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

const isKind = (kind: string | undefined): kind is MediaKind =>
  mediaKinds.some((known) => known === kind);

function answer(
  status: number,
  type: string,
  body: Uint8Array | string,
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
  const [, first, kind, id] = url.pathname.split('/');
  if (first === 'media') {
    if (!isKind(kind) || !/^\d+$/.test(id ?? '')) {
      throw new StudioError('not-found', `There is no ${url.pathname} here.`);
    }
    const { type, bytes, fileName } = await studio.media(kind, Number(id));
    const disposition = `inline; filename*=UTF-8''${encodeURIComponent(fileName)}`;
    return answer(200, type, bytes, { 'content-disposition': disposition });
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
