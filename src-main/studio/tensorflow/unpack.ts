/** Takes from a wheel, or from a folder of libtensorflow, what the binding needs: libraries and C headers. */
import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { StudioError } from '../../../src-shared/errors.ts';

export interface UnpackOptions {
  readonly signal: AbortSignal;
  /** Bytes written since it was last called. */
  readonly onBytes: (bytes: number) => void;
}

/** As the C library, the Python wheel and a Mac call them. */
const library = /^libtensorflow(_cc|_framework)?\.(so\.2|2\.dylib)$/;
/** What tfjs-node's sources include, and what that includes. */
const header =
  /^include\/(tensorflow\/c\/.+|tensorflow\/core\/platform\/ctstring\w*|(xla\/)?tsl\/(c\/.+|platform\/ctstring\w*))\.h$/;
const nvidia = /^nvidia\/(\w+\/lib\/[^/]+\.so[^/]*|cuda_nvcc\/(bin|nvvm)\/.+)$/;
/** Says which CUDA it was built for. */
export const buildInfo = 'build_info.py';

/** Where in `deps` a member of a wheel goes; null for what is not needed. */
export function placeOf(member: string): string | null {
  if (nvidia.test(member)) return member;
  const [, name = ''] = /^tensorflow\/(.+)$/.exec(member) ?? [];
  if (library.test(name)) return join('lib', name);
  if (header.test(name)) return name;
  return name === `python/platform/${buildInfo}` ? buildInfo : null;
}

/** Throws a StudioError when the wheel is damaged. */
export async function unpackWheel(
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
export async function copyLibraries(
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
        if (library.test(name)) await copy(join(place, name), join('lib', name));
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

async function names(folder: string, recursive = false): Promise<string[]> {
  const found = await readdir(folder, { recursive, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** In the header of an ELF file. */
const elfMachines: Readonly<Partial<Record<NodeJS.Architecture, number>>> = { x64: 62, arm64: 183 };

export interface Libraries {
  /** File names in `deps/lib`. */
  readonly core: string;
  readonly framework: string;
}

/**
 * What was taken, once it is seen to be whole and of this system. Throws a StudioError that names `source`.
 */
export async function checkLibraries(deps: string, source: string): Promise<Libraries> {
  const found = await names(join(deps, 'lib'));
  const core = found.find((name) => !name.includes('framework'));
  const framework = found.find((name) => name.includes('framework'));
  if (!core || !framework) {
    throw new StudioError(
      'refused',
      `${source} holds no library of TensorFlow (libtensorflow_cc and libtensorflow_framework): give a wheel of tensorflow or tensorflow-cpu, or a folder of libtensorflow.`,
    );
  }
  const isMac = core.endsWith('.dylib');
  if (isMac !== (process.platform === 'darwin')) {
    throw new StudioError(
      'refused',
      `${source} is for ${isMac ? 'macOS' : 'Linux'}, not for this system.`,
    );
  }
  const expected = elfMachines[process.arch];
  if (!isMac && expected !== undefined) {
    const file = await open(join(deps, 'lib', framework));
    const { buffer } = await file.read(Buffer.alloc(20), 0, 20, 0).finally(() => file.close());
    if (buffer.readUInt16LE(18) !== expected) {
      throw new StudioError(
        'refused',
        `${source} is for another processor than this one (${process.arch}).`,
      );
    }
  }
  if (!(await stat(join(deps, 'include/tensorflow/c/eager/c_api.h')).catch(() => null))) {
    throw new StudioError(
      'refused',
      `${source} holds no C headers of TensorFlow (include/tensorflow/c).`,
    );
  }
  return { core, framework };
}

/** Version of CUDA that the library was built for, null for the processor alone. */
export async function cudaVersion(deps: string, { framework }: Libraries): Promise<string | null> {
  const info = await readFile(join(deps, buildInfo), 'utf8').catch(() => null);
  if (info !== null) {
    const isCuda = /'is_cuda_build', True/.test(info);
    return isCuda ? (/'cuda_version', '([^']+)'/.exec(info)?.[1] ?? 'of unknown version') : null;
  }
  // The C library does not say; but what is built for CUDA looks for its driver.
  const bytes = await readFile(join(deps, 'lib', basename(framework)));
  return bytes.includes('libcuda.so.1') ? 'of unknown version' : null;
}
