/** A file that the user asked for, at a place outside the project. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StudioError } from '../../src-shared/errors.ts';
import { replaceFile } from '../atomic-file.ts';
import { writeReason } from '../images/room.ts';
import { absolute } from './project.ts';

/**
 * Writes `out` whole or not at all; a file that is there is replaced.
 *
 * @param example a file name to suggest when `out` is a folder
 * @param write gets the path of a temporary file; what it leaves there becomes `out`
 * @returns where it is, absolute
 * @throws StudioError `refused` when `out` is a folder, its folder does not exist, or it cannot be written
 */
export async function writeOut(
  out: string,
  example: string,
  write: (temporary: string) => Promise<unknown>,
): Promise<string> {
  const path = absolute(out);
  const folder = await stat(dirname(path)).catch(() => null);
  if (!folder?.isDirectory())
    throw new StudioError('refused', `The folder ${dirname(path)} does not exist. Make it first.`);
  if ((await stat(path).catch(() => null))?.isDirectory())
    throw new StudioError('refused', `${path} is a folder. Name a file in it, such as ${example}.`);
  try {
    await replaceFile(path, write);
  } catch (error) {
    throw new StudioError(
      'refused',
      `${path} cannot be written: ${writeReason(error)}. Choose another place.`,
      { cause: error },
    );
  }
  return path;
}
