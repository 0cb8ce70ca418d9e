import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import tar, { type Header } from 'tar-stream';

export interface ZipMember {
  readonly name: string;
  readonly bytes?: Buffer;
  /** The file's mode in Unix, where the archive has one. */
  readonly mode?: number;
  readonly encrypted?: boolean;
  /** Compression method; 8, deflate, by default. */
  readonly method?: number;
  /** Unpacked size as the archive claims it, when it lies. */
  readonly claims?: number;
}

/** A zip archive with anything in it, also what no tool would write. */
export function zip(members: readonly ZipMember[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const {
    name,
    bytes = Buffer.alloc(0),
    mode = 0,
    encrypted,
    method = 8,
    claims,
  } of members) {
    const packed = method === 8 ? deflateRawSync(bytes) : bytes;
    const raw = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800 | (encrypted ? 1 : 0), 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claims ?? bytes.length, 18);
    common.writeUInt16LE(raw.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, raw, packed]);
    const attributes = Buffer.alloc(14);
    attributes.writeUInt32LE((mode << 16) >>> 0, 6);
    attributes.writeUInt32LE(offset, 10);
    const made = Buffer.from([20, 3]);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02'), made, common, attributes, raw]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

export type TarMember = Partial<Header> & { readonly name: string; readonly bytes?: Buffer };

export async function tarball(members: readonly TarMember[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { bytes = Buffer.alloc(0), ...header } of members) pack.entry(header, bytes);
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const tarGz = async (members: readonly TarMember[]) => gzipSync(await tarball(members));
