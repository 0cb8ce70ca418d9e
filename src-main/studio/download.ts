/** Files from a public server: with progress, resumed after a break, checked by their hash. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { StudioError } from '../../src-shared/errors.ts';

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Bytes that are here, and how many there will be if the server says. */
  readonly onProgress?: (received: number, total: number | null) => void;
}

/**
 * Downloads `url` to `path`, going on where an earlier attempt ended: what is at `path` is taken for
 * the beginning of the file. Throws a StudioError when the server cannot be reached or does not have
 * the file, and an AbortError when `signal` fires; `path` then keeps what came.
 */
export async function downloadFile(
  url: string,
  path: string,
  { signal, onProgress }: DownloadOptions = {},
): Promise<void> {
  const have = (await stat(path).catch(ifMissing))?.size ?? 0;
  const response = await request(url, have, signal);
  // 416: the range begins where the file ends, so all of it is here (or too much: the hash will tell).
  if (response.status === 416) return;
  const resumes = response.status === 206 && rangeStart(response) === have;
  if ((!resumes && response.status !== 200) || !response.body) {
    await response.body?.cancel();
    throw new StudioError(
      'unavailable',
      `${url} cannot be downloaded: the server answers ${response.status} ${response.statusText}.`.replace(
        ' .',
        '.',
      ),
    );
  }
  let received = resumes ? have : 0;
  const length = Number(response.headers.get('content-length'));
  const total = length > 0 ? received + length : null;
  onProgress?.(received, total);
  const counter = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      received += chunk.length;
      onProgress?.(received, total);
      done(null, chunk);
    },
  });
  try {
    await pipeline(
      Readable.fromWeb(response.body as ReadableStream<Uint8Array>),
      counter,
      createWriteStream(path, { flags: resumes ? 'a' : 'w' }),
      signal ? { signal } : {},
    );
  } catch (error) {
    throw signal?.aborted ? error : unreachable(url, error);
  }
}

/**
 * Throws a StudioError, and removes the file, when its SHA-256 does not begin with `expected`: a
 * resumed download of it would stay wrong.
 */
export async function checkHash(path: string, expected: string, source: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const actual = hash.digest('hex');
  if (actual.startsWith(expected)) return;
  await rm(path, { force: true });
  throw new StudioError(
    'refused',
    `What came from ${source} is not what it should be (SHA-256 ${actual.slice(0, 16)}…, expected ${expected.slice(0, 16)}): try again later.`,
  );
}

async function request(url: string, from: number, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
      // A compressed answer would have other bytes than the file's.
      headers: { 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) },
      ...(signal && { signal }),
    });
  } catch (error) {
    throw signal?.aborted ? error : unreachable(url, error);
  }
}

function rangeStart(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? -1);
}

function unreachable(url: string, error: unknown): StudioError {
  // fetch says "fetch failed" and keeps the reason in `cause`.
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StudioError(
    'unavailable',
    `${new URL(url).host} cannot be reached (${reason}): check the connection and try again, what came is kept.`,
    { cause: error },
  );
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
