/** A folder that the user asked for, at a place outside the project. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StudioError } from '../../src-shared/errors.ts';
import { writeReason } from '../images/room.ts';
import { absolute } from './project.ts';

/**
 * Makes the folder `out` whole or not at all.
 *
 * @param write gets the path of a temporary folder beside it; what it leaves there becomes `out`
 * @returns where it is, absolute
 * @throws StudioError `refused` when something is there already (an empty folder is taken), its folder does not
 * exist, or it cannot be written
 */
export async function writeFolder(
  out: string,
  write: (temporary: string) => Promise<unknown>,
): Promise<string> {
  const path = absolute(out);
  const parent = await stat(dirname(path)).catch(() => null);
  if (!parent?.isDirectory())
    throw new StudioError('refused', `The folder ${dirname(path)} does not exist. Make it first.`);
  const there = await stat(path).catch(() => null);
  if (there && !there.isDirectory())
    throw new StudioError('refused', `${path} is a file. Name a folder that is to be made.`);
  if (there && (await readdir(path)).length > 0)
    throw new StudioError(
      'refused',
      `${path} is not empty, and nothing in it is replaced. Name a new folder.`,
    );
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await mkdir(temporary);
    await write(temporary);
    if (there) await rmdir(path);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (error instanceof StudioError) throw error;
    throw new StudioError(
      'refused',
      `${path} cannot be written: ${writeReason(error)}. Choose another place.`,
      { cause: error },
    );
  }
  return path;
}
