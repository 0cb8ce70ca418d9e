/** Takes from a wheel, or from a folder of libtensorflow, what the binding needs: libraries and C headers. */
import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { StudioError } from '../../../src-shared/errors.ts';
import { buildInfo, libraryName, names } from './libraries.ts';
import type { Following, Plan } from './plan.ts';

interface Sources extends Pick<Plan, 'packages' | 'own'> {
  /** Wheels of `packages`. */
  readonly brought: readonly string[];
}

interface UnpackOptions {
  readonly signal: AbortSignal;
  /** Bytes written since it was last called. */
  readonly onBytes: (bytes: number) => void;
}

/** What tfjs-node's sources include, and what that includes. */
const header =
  /^include\/(tensorflow\/c\/.+|tensorflow\/core\/platform\/ctstring\w*|(xla\/)?tsl\/(c\/.+|platform\/ctstring\w*))\.h$/;
const nvidia = /^nvidia\/(\w+\/lib\/[^/]+\.so[^/]*|cuda_nvcc\/(bin|nvvm)\/.+)$/;

/** Where in `deps` a member of a wheel goes; null for what is not needed. */
export function placeOf(member: string): string | null {
  if (nvidia.test(member)) return member;
  const [, name = ''] = /^tensorflow\/(.+)$/.exec(member) ?? [];
  if (libraryName.test(name)) return join('lib', name);
  if (header.test(name)) return name;
  return name === `python/platform/${buildInfo}` ? buildInfo : null;
}

/** All that an installation consists of: the person's own files, and what was brought. */
export async function unpackAll(
  { packages, own, brought }: Sources,
  deps: string,
  { signal, log, onProgress }: Following,
): Promise<void> {
  const wheels = [...(own?.kind === 'wheels' ? own.paths : []), ...brought];
  const folders = own?.kind === 'folder' ? own.paths : [];
  // What is in a person's own files shows only as it is read.
  const total = own === null ? packages.reduce((sum, { unpacked }) => sum + unpacked, 0) : null;
  let done = 0;
  let told = 0;
  const onBytes = (bytes: number) => {
    done += bytes;
    if (done - told < 1e7) return;
    told = done;
    onProgress({ step: 'unpacking', done: total === null ? done : Math.min(done, total), total });
  };
  onProgress({ step: 'unpacking', done: 0, total });
  for (const wheel of wheels) {
    log(`Unpacking ${basename(wheel)}`);
    await unpackWheel(wheel, deps, { signal, onBytes });
  }
  for (const folder of folders) {
    log(`Copying the libraries of ${folder}`);
    await copyLibraries(folder, deps, { signal, onBytes });
  }
}

/** Throws a StudioError when the wheel is damaged. */
async function unpackWheel(
  wheel: string,
  deps: string,
  { signal, onBytes }: UnpackOptions,
): Promise<void> {
  const damaged = (cause: unknown) =>
    new StudioError('refused', `${wheel} is damaged or cut off: it is no whole wheel.`, { cause });
  const archive = await yauzl.openPromise(wheel, { lazyEntries: true }).catch((error) => {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? new StudioError('not-found', `There is no file ${wheel}.`)
      : damaged(error);
  });
  try {
    for await (const entry of archive.eachEntry()) {
      // yauzl refuses names that lead out of the archive.
      const place = placeOf(entry.fileName);
      if (place === null) continue;
      const path = join(deps, place);
      await mkdir(dirname(path), { recursive: true });
      let checksum = 0;
      const counted = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          checksum = crc32(chunk, checksum);
          onBytes(chunk.length);
          done(null, chunk);
        },
      });
      const content = await archive.openReadStreamPromise(entry);
      await pipeline(content, counted, createWriteStream(path), { signal });
      if (checksum !== entry.crc32) throw damaged(new Error(`wrong checksum of ${entry.fileName}`));
      // ptxas and its kind are programs.
      if (/\/bin\//.test(place)) await chmod(path, 0o755);
    }
  } catch (error) {
    const isDisk = (error as NodeJS.ErrnoException).syscall !== undefined;
    throw signal.aborted || isDisk || error instanceof StudioError ? error : damaged(error);
  } finally {
    archive.close();
  }
}

/** Copies from a folder as the C library is published (`lib`, `include`), or as Python has it installed. */
async function copyLibraries(
  folder: string,
  deps: string,
  { signal, onBytes }: UnpackOptions,
): Promise<void> {
  const copy = async (from: string, place: string) => {
    signal.throwIfAborted();
    const to = join(deps, place);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, to); // follows links
    onBytes((await stat(to)).size);
  };
  for (const base of [folder, join(folder, 'tensorflow')]) {
    for (const place of [base, join(base, 'lib')]) {
      for (const name of await names(place)) {
        if (libraryName.test(name)) await copy(join(place, name), join('lib', name));
      }
    }
    for (const name of await names(join(base, 'include'), true)) {
      const path = join('include', name);
      if (header.test(path.replaceAll('\\', '/'))) await copy(join(base, path), path);
    }
    const info = join(base, 'python', 'platform', buildInfo);
    if (await stat(info).catch(() => null)) await copy(info, buildInfo);
  }
}
