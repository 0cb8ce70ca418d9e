/** A zip archive in memory: what both PyTorch's .pth and Python's .whl are. */
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { StudioError } from '../../../src-shared/errors.ts';

export interface Zip {
  readonly names: readonly string[];
  /** Throws a StudioError when there is no such member or it is damaged. */
  read(name: string): Promise<Uint8Array>;
}

/** More than the largest weight file that makes sense here: against archives that unpack to terabytes. */
const maxMemberBytes = 4 * 2 ** 30;

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/** Throws a StudioError when the archive's directory is damaged. `file` is its name for messages. */
export async function openZip(bytes: Uint8Array, file: string): Promise<Zip> {
  const damaged = (cause: unknown) =>
    new StudioError('refused', `${file} is damaged or cut off: it is no whole archive.`, { cause });
  const members = new Map<string, yauzl.Entry>();
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const archive = await yauzl.fromBufferPromise(whole, { lazyEntries: true }).catch((error) => {
    throw damaged(error);
  });
  try {
    for await (const entry of archive.eachEntry()) members.set(entry.fileName, entry);
  } catch (error) {
    throw damaged(error);
  }
  return {
    names: [...members.keys()],
    async read(name) {
      const entry = members.get(name);
      if (!entry) throw damaged(new Error(`no member ${name}`));
      if (entry.uncompressedSize > maxMemberBytes) {
        throw new StudioError(
          'refused',
          `${file} was refused: ${name} in it is beyond all bounds.`,
        );
      }
      let content: Buffer;
      try {
        content = await buffer(await archive.openReadStreamPromise(entry));
      } catch (error) {
        throw damaged(error);
      }
      // yauzl checks sizes, not checksums.
      if (crc32(content) !== entry.crc32) throw damaged(new Error(`wrong checksum of ${name}`));
      return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
    },
  };
}
