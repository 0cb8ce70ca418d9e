/** Pictures out of .zip, .tar and .tar.gz archives, which are never trusted. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Rejection } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { type ArchiveKind, type Member, members } from './archive-members.ts';
import { formatOfBytes, headBytes, reasonOf } from './format.ts';
import { place, safePath } from './place.ts';
import { noRoom, roomIn, writeReason } from './room.ts';
import { isVisible } from './scan.ts';

/** What an archive's name says it is; null when it is none. */
export function archiveKind(name: string): ArchiveKind | null {
  if (/\.zip$/i.test(name)) return 'zip';
  if (/\.tar$/i.test(name)) return 'tar';
  return /\.(tar\.gz|tgz)$/i.test(name) ? 'tar.gz' : null;
}

export interface Unpacked {
  /** Named after the archive. */
  readonly folder: string;
  /** Members left out, each as `archive: member`. */
  readonly rejected: readonly Rejection[];
}

export interface UnpackOptions {
  /** The archive's own name, for its kind, for the folder and for messages. */
  readonly name: string;
  /** The folder in which the archive's own folder is made. */
  readonly into: string;
  /** For unfinished files; on the same disk as `into`. */
  readonly temporary: string;
  readonly signal?: AbortSignal;
  /** Members that are no pictures and are kept all the same, by their names; none if not given. */
  readonly keepsToo?: (name: string) => boolean;
}

const damagedMember = 'damaged within the archive';

/** More than anybody's set of pictures; such an archive is meant to do harm. */
const mostMembers = 1_000_000;

/**
 * Unpacks the pictures of an archive. What is no picture, or would lead out of the folder, or is a link,
 * a device or encrypted, is left out by name. Done again, it finds its own files and keeps them; other files
 * of the same name get a number.
 *
 * @throws StudioError when it is no such archive, or would fill the disk (what it unpacked so far stays).
 */
export async function unpack(archive: string, options: UnpackOptions): Promise<Unpacked> {
  const { name, into, temporary, signal, keepsToo } = options;
  const kind = archiveKind(name);
  if (!kind) throw new StudioError('refused', `${name}: not a .zip, .tar or .tar.gz archive`);
  const [base] = safePath(name.replace(/^.*[\\/]/, '').replace(/\.(zip|tar|tar\.gz|tgz)$/i, ''));
  const folder = join(into, base!);
  await mkdir(into, { recursive: true });
  await mkdir(temporary, { recursive: true });

  const rejected: Rejection[] = [];
  const room = await roomIn(into);
  let bytes = 0;
  let count = 0;
  try {
    for await (const member of members(archive, kind)) {
      signal?.throwIfAborted();
      // Also of what is not kept: unpacking it takes time, and honest archives fit the disk.
      bytes += member.bytes;
      if (bytes > room) throw noRoom(into, bytes, room, `${name}, unpacked,`);
      if (++count > mostMembers) throw new StudioError('refused', `${name}: too many members`);
      if (isHidden(member.name)) continue;
      const anything = keepsToo?.(member.name) ?? false;
      const reason = await keep(member, folder, temporary, anything);
      if (reason) rejected.push({ path: `${name}: ${member.name}`, reason });
    }
  } catch (error) {
    if (signal?.aborted || error instanceof StudioError) throw error;
    const damaged = 'the archive is damaged or cut off, or is not what its name says';
    if (count === 0) throw new StudioError('refused', `${name}: ${damaged}`, { cause: error });
    rejected.push({ path: name, reason: `${damaged}: only its first ${count} members were read` });
  }
  // There also when nothing was kept: it is what will be imported.
  await mkdir(folder, { recursive: true });
  return { folder, rejected };
}

/** Returns why the member is left out; null when it is kept. */
async function keep(
  member: Member,
  folder: string,
  temporary: string,
  anything: boolean,
): Promise<string | null> {
  const file = join(temporary, `${randomUUID()}.member`);
  try {
    const segments = safePath(member.name);
    if (member.kind !== 'file') return refusals[member.kind];
    const content = await write(member, file, anything);
    await place(file, folder, segments, content);
    return null;
  } catch (error) {
    if (error instanceof StudioError) return reasonOf(error, member.name);
    switch ((error as NodeJS.ErrnoException).code) {
      case 'ENOTDIR':
      case 'EEXIST':
        return 'its folder has the name of another member';
      case 'ENOSPC':
      case 'EDQUOT':
      case 'EACCES':
      case 'EROFS':
        throw new StudioError('refused', `${folder}: ${writeReason(error)}`, { cause: error });
      default:
        // A zip goes on with the next member; a tar that is damaged fails there again, and ends.
        return damagedMember;
    }
  } finally {
    await rm(file, { force: true });
  }
}

/** Folders come into being with what lies in them. */
const refusals: Readonly<Record<Exclude<Member['kind'], 'file'>, string | null>> = {
  folder: null,
  link: 'a link',
  device: 'a device or pipe',
  encrypted: 'encrypted: unpack it yourself and import the folder',
  method: 'packed by a method that is not supported: unpack it yourself and import the folder',
};

/**
 * Writes a member to the disk as long as its first bytes are those of a picture, or it may be anything. It is
 * read to its end in any case, for only then does a tar go on to the next.
 */
async function write(
  member: Member,
  file: string,
  anything: boolean,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  let checksum = 0;
  let head: Buffer | null = anything ? null : Buffer.alloc(0);
  let problem: unknown = null;
  const check = (begin: Buffer) => {
    try {
      formatOfBytes(begin, member.name);
    } catch (error) {
      problem = error;
    }
  };
  const target = await open(file, 'wx');
  try {
    for await (const chunk of await member.open()) {
      if (problem) continue;
      bytes += chunk.length;
      hash.update(chunk);
      checksum = crc32(chunk, checksum);
      await target.appendFile(chunk);
      if (head) {
        head = Buffer.concat([head, chunk]);
        if (head.length < headBytes) continue;
        check(head.subarray(0, headBytes));
        head = null;
      }
    }
    if (head) check(head);
    if (problem) throw problem;
    if (member.crc32 !== null && member.crc32 !== checksum) {
      throw new StudioError('refused', damagedMember);
    }
    await target.sync();
  } finally {
    await target.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

function isHidden(name: string): boolean {
  return name.split(/[\\/]/).some((segment) => !isVisible(segment) && !/^\.{1,2}$/.test(segment));
}
