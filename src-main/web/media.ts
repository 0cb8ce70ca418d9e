/** Pictures, thumbnails, models and downloads, by id. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type MediaKind, mediaKinds, type Studio } from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { downloadKind } from '../../src-shared/wire.ts';

const isKind = (kind: string | undefined): kind is MediaKind =>
  mediaKinds.some((known) => known === kind);

type Served = MediaKind | typeof downloadKind;

/**
 * Takes apart the path of a picture's, thumbnail's, model's or download's address: `/media/<kind>/<id>`.
 * @throws StudioError `not-found` when it is none
 */
export function mediaAddress(pathname: string): { readonly kind: Served; readonly id: number } {
  const [, , kind, id, ...rest] = pathname.split('/');
  const known = isKind(kind) || kind === downloadKind;
  if (!known || !/^[1-9]\d{0,15}$/.test(id ?? '') || rest.length > 0) {
    throw new StudioError('not-found', `There is no ${pathname} here.`);
  }
  return { kind, id: Number(id) };
}

const isImage = (kind: Served) => kind === 'thumbnail' || kind === 'picture';

/** The header that names a file: pictures are looked at, everything else is taken along. */
export function disposition(kind: Served, fileName: string): string {
  const how = isImage(kind) ? 'inline' : 'attachment';
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
  if (kind === downloadKind) return serveDownload(studio, id, response);
  const sha256 = isImage(kind) ? await imageHash(studio, id) : null;
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

/** As it comes from the disk: it may be larger than memory. */
async function serveDownload(studio: Studio, id: number, response: ServerResponse): Promise<void> {
  const { type, bytes, fileName, stream } = await studio.download(id);
  response.writeHead(200, {
    'cache-control': 'no-store',
    'content-type': type,
    'content-length': bytes,
    'content-disposition': disposition(downloadKind, fileName),
  });
  await pipeline(Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]), response);
}

/** Null for one that is not there: `Studio.media` says so in its own words. */
async function imageHash(studio: Studio, id: number): Promise<string | null> {
  const { images } = await studio.call('images.get', { ids: [id] });
  return images[0]?.sha256 ?? null;
}
