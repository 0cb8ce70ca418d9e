/** Room on the disk, asked for before it is taken. */
import { statfs } from 'node:fs/promises';
import { StudioError } from '../../src-shared/errors.ts';

/** Left free always: the database, thumbnails and the rest of the machine need it. */
const margin = 256 * 2 ** 20;

/** How many bytes may still be written to the disk on which this folder lies. */
export async function roomIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.max(0, bavail * bsize - margin);
}

/** @throws StudioError when `bytes` more would fill the disk; `what` names them. */
export async function requireRoom(folder: string, bytes: number, what: string): Promise<void> {
  const room = await roomIn(folder);
  if (bytes > room) throw noRoom(folder, bytes, room, what);
}

export function noRoom(folder: string, bytes: number, room: number, what: string): StudioError {
  return new StudioError(
    'refused',
    `${what} needs ${inWords(bytes)}, and the disk of ${folder} has room for ${inWords(room)}: make some room.`,
  );
}

/** Errors of writing, in words. */
export function writeReason(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    case 'EROFS':
      return 'the disk is read-only';
    case 'EACCES':
    case 'EPERM':
      return 'no permission to write there';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/** 1234567 -> "1.2 MB". */
function inWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
