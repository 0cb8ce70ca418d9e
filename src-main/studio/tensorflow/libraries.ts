/** The libraries and headers that were taken: seen to be whole and of this system, and what they were built for. */
import { open, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { StudioError } from '../../../src-shared/errors.ts';

/** As the C library, the Python wheel and a Mac call them. */
export const libraryName = /^libtensorflow(_cc|_framework)?\.(so\.2|2\.dylib)$/;
/** Says which CUDA it was built for. */
export const buildInfo = 'build_info.py';

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

/** Under the names that the linker looks for; a C library's core has its own on a Mac already. */
export async function linkForBuilding(deps: string, { core, framework }: Libraries): Promise<void> {
  const ending = core.endsWith('.dylib') ? '.2.dylib' : '.so';
  for (const [name, file] of [
    ['libtensorflow', core],
    ['libtensorflow_framework', framework],
  ] as const) {
    if (`${name}${ending}` !== file) await symlink(file, join(deps, 'lib', `${name}${ending}`));
  }
}

/** Of the files in a folder; empty where there is none. */
export async function names(folder: string, recursive = false): Promise<string[]> {
  const found = await readdir(folder, { recursive, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
