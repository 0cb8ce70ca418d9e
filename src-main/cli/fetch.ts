/** Files that the studio writes, at a place on this machine. */
import { createWriteStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { replaceFile } from '../atomic-file.ts';
import type { Session } from './session.ts';

/**
 * Has the studio write a file at `out` on this machine: itself where it runs here, else by way of a download.
 *
 * @param write gets the path on the studio's machine
 * @returns what `write` gave, with the path where the file is now
 */
export async function writeHere<T extends { readonly path: string }>(
  { studio, local }: Session,
  out: string,
  write: (path: string) => Promise<T>,
): Promise<T> {
  const here = resolve(out);
  if (local) return write(here);
  const { id, path } = await studio.call('downloads.place', { name: basename(here) });
  const written = await write(path);
  const { stream } = await studio.download(id);
  await replaceFile(here, (temporary) =>
    pipeline(
      Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]),
      createWriteStream(temporary),
    ),
  );
  return { ...written, path: here };
}
