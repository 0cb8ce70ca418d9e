/** What an archive holds, one member after the other, whichever kind of archive it is. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import tar from 'tar-stream';
import yauzl from 'yauzl';

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz';

export interface Member {
  /** As the archive has it: not to be trusted. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'device' | 'encrypted' | 'method';
  /** Unpacked, as the archive says; reading fails when there is more. */
  readonly bytes: number;
  /** Of the unpacked bytes; null where the archive has none. */
  readonly crc32: number | null;
  open(): Promise<AsyncIterable<Buffer>>;
}

/** Each member must be read to its end, or not be opened, before the next is asked for. */
export function members(path: string, kind: ArchiveKind): AsyncGenerator<Member> {
  return kind === 'zip' ? zipMembers(path) : tarMembers(path, kind === 'tar.gz');
}

async function* zipMembers(path: string): AsyncGenerator<Member> {
  // Names are decoded here and not by the library, for it gives up the whole archive at the first bad one.
  const zip = await yauzl.openPromise(path, { decodeStrings: false });
  for await (const entry of zip.eachEntry()) {
    const name = yauzl.getFileNameLowLevel(
      entry.generalPurposeBitFlag,
      entry.fileNameRaw,
      entry.extraFields,
      true,
    );
    yield {
      name,
      kind: zipKind(entry, name),
      bytes: entry.uncompressedSize,
      crc32: entry.crc32,
      open: async () => {
        const stream = await zip.openReadStreamPromise(entry);
        // The library tells of damage by an event alone, which may come before anybody reads, or never be
        // followed by an end. A destroyed stream throws the error to whoever reads it, at any time.
        stream.on('error', (error) => stream.destroy(error));
        return stream;
      },
    };
  }
}

/** The upper half of a zip's external attributes is the mode of Unix; zero where it was made elsewhere. */
function zipKind(entry: yauzl.Entry, name: string): Member['kind'] {
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (type === 0o120000) return 'link';
  if (type === 0o040000 || /[\\/]$/.test(name)) return 'folder';
  if (type !== 0 && type !== 0o100000) return 'device';
  if (entry.isEncrypted()) return 'encrypted';
  return entry.canDecodeFileData() ? 'file' : 'method';
}

async function* tarMembers(path: string, zipped: boolean): AsyncGenerator<Member> {
  const extract = tar.extract();
  const source = createReadStream(path);
  const flow = zipped ? pipeline(source, createGunzip(), extract) : pipeline(source, extract);
  // An error ends the loop below as well, and is thrown there.
  flow.catch(() => undefined);
  for await (const entry of extract) {
    let opened = false;
    // The loop itself throws the error; here it only must not go unheard.
    entry.on('error', () => undefined);
    yield {
      name: entry.header.name,
      kind: tarKinds[entry.header.type ?? 'file'] ?? 'device',
      bytes: entry.header.size ?? 0,
      crc32: null,
      open: async () => {
        opened = true;
        // Read without an encoding, it gives bytes; its type does not tell.
        return entry as unknown as AsyncIterable<Buffer>;
      },
    };
    if (!opened) entry.resume();
  }
  await flow;
}

const tarKinds: Readonly<Record<string, Member['kind']>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'folder',
  link: 'link',
  symlink: 'link',
};
