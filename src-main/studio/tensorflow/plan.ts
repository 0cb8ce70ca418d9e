/** What an installation will take, found out before it begins. */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StudioError } from '../../../src-shared/errors.ts';
import type { TensorflowBuild, TensorflowProgress } from '../../../src-shared/tensorflow.ts';
import { tensorflowHome } from '../../engine/runtimes/tensorflow/installation.ts';
import { requireRoom } from '../../images/room.ts';
import { findTools, type Tools } from './needs.ts';
import { isNvidia, type Package, thisSystem, unavailable } from './packages.ts';

export interface InstallRequest {
  readonly build: TensorflowBuild;
  /** A wheel, a folder of wheels, or a folder of libtensorflow: TensorFlow is taken from there. */
  readonly from?: string | undefined;
}

/** How an installation is stopped, and what it tells. */
export interface Following {
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly onProgress: (progress: TensorflowProgress) => void;
}

/** What is to be downloaded for a request, and what is taken from the person's own files. */
export interface Plan {
  readonly packages: readonly Package[];
  readonly own: { readonly kind: 'wheels' | 'folder'; readonly paths: readonly string[] } | null;
  readonly tools: Tools;
}

/**
 * Looks for all that an installation needs, before anything is downloaded. Throws a StudioError that says what
 * is missing.
 */
export async function planInstall({ build, from }: InstallRequest): Promise<Plan> {
  const system = thisSystem();
  const reason = unavailable(system);
  if (reason !== null) throw new StudioError('unavailable', reason);
  const packages = system!.builds[build];
  if (!packages) {
    throw new StudioError(
      'unavailable',
      'TensorFlow computes on NVIDIA’s GPUs only, and its package for this system does not: install the build for the processor.',
    );
  }
  const own = from === undefined ? null : await ownFiles(resolve(from));
  // A folder of wheels is for machines without a network, and holds NVIDIA's if they are wanted.
  const wanted = own
    ? build === 'gpu' && own.paths.length === 1
      ? packages.filter(isNvidia)
      : []
    : packages;
  const tools = await findTools({ withPip: wanted.length > 0 });
  const sum = (of: 'bytes' | 'unpacked') => wanted.reduce((total, each) => total + each[of], 0);
  await mkdir(tensorflowHome(), { recursive: true });
  await requireRoom(tensorflowHome(), sum('bytes') + sum('unpacked'), 'TensorFlow');
  return { packages: wanted, own, tools };
}

async function ownFiles(path: string): Promise<NonNullable<Plan['own']>> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new StudioError('not-found', `There is no file or folder ${path}.`);
  if (!found.isDirectory()) {
    if (/\.whl$/i.test(path)) return { kind: 'wheels', paths: [path] };
    throw new StudioError(
      'refused',
      `${path} is neither a wheel (.whl) nor a folder of libtensorflow: unpack an archive first, and give the folder.`,
    );
  }
  const wheels = (await readdir(path)).filter((name) => /\.whl$/i.test(name));
  if (wheels.length === 0) return { kind: 'folder', paths: [path] };
  return { kind: 'wheels', paths: wheels.map((name) => join(path, name)) };
}
