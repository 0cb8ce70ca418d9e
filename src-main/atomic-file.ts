/** Files that are there whole or not at all, however the program ends. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes through a temporary file in the same folder, flushed to the disk and then renamed over `path`.
 *
 * @param write gets the temporary file's path; what it leaves there becomes the file.
 * @param durable false: after a power cut the file may be there and empty or cut off; of use for what can be
 * recognised as such and made again.
 */
export async function replaceFile(
  path: string,
  write: (temporary: string) => Promise<unknown>,
  { durable = true }: { readonly durable?: boolean } = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await write(temporary);
    if (durable) await flush(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
