/** Pictures, thumbnails and models, by id. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type MediaKind, mediaKinds, type Studio } from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';

const isKind = (kind: string | undefined): kind is MediaKind =>
  mediaKinds.some((known) => known === kind);

/**
 * Takes apart the path of a picture's, thumbnail's or model's address: `/media/<kind>/<id>`.
 * @throws StudioError `not-found` when it is none
 */
export function mediaAddress(pathname: string): { readonly kind: MediaKind; readonly id: number } {
  const [, , kind, id, ...rest] = pathname.split('/');
  if (!isKind(kind) || !/^[1-9]\d{0,15}$/.test(id ?? '') || rest.length > 0) {
    throw new StudioError('not-found', `There is no ${pathname} here.`);
  }
  return { kind, id: Number(id) };
}

const isModel = (kind: MediaKind) => kind === 'model' || kind === 'fast-model';

/** The header that names a file: pictures are looked at, models are taken along. */
export function disposition(kind: MediaKind, fileName: string): string {
  const how = isModel(kind) ? 'attachment' : 'inline';
  return `${how}; filename*=UTF-8''${encodeURIComponent(fileName)}`;
}

/**
 * Ids belong to a project, so the same address means another picture when another project is open: a
 * browser asks each time, and the ETag spares it the bytes.
 * @throws StudioError `not-found`, and what `Studio.media` throws
 */
export async function serveMedia(
  studio: Studio,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { kind, id } = mediaAddress(url.pathname);
  const sha256 = isModel(kind) ? null : await imageHash(studio, id);
  const tag = sha256 === null ? null : `"${kind}-${sha256}"`;
  const caching = {
    'cache-control': 'private, no-cache',
    ...(tag ? { etag: tag } : {}),
  };
  if (tag !== null && request.headers['if-none-match'] === tag) {
    response.writeHead(304, caching).end();
    return;
  }

  const { type, bytes, fileName } = await studio.media(kind, id);
  response.writeHead(200, {
    ...caching,
    'content-type': type,
    'content-length': bytes.byteLength,
    'content-disposition': disposition(kind, fileName),
  });
  response.end(bytes);
}

/** Null for one that is not there: `Studio.media` says so in its own words. */
async function imageHash(studio: Studio, id: number): Promise<string | null> {
  const { images } = await studio.call('images.get', { ids: [id] });
  return images[0]?.sha256 ?? null;
}
