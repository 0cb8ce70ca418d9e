/** Brings TensorFlow into the user's own folder: what counts there is whole and was seen to work. */

import { randomUUID } from 'node:crypto';
import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { StudioError } from '../../../src-shared/errors.ts';
import type {
  InstalledTensorflow,
  TensorflowBuild,
  TensorflowProgress,
} from '../../../src-shared/tensorflow.ts';
import { replaceFile } from '../../atomic-file.ts';
import { recordPath, tensorflowHome } from '../../engine/runtimes/tensorflow/installation.ts';
import { requireRoom } from '../../images/room.ts';
import { isAlive } from '../../is-alive.ts';
import { checkHash } from '../download.ts';
import { downloadWheel } from '../wheel.ts';
import { buildBinding } from './binding.ts';
import { findTools, type Tools } from './needs.ts';
import { isNvidia, type Package, pipOptions, thisSystem, unavailable } from './packages.ts';
import { type Trial, tryTensorflow } from './probe.ts';
import { checkLibraries, copyLibraries, cudaVersion, unpackWheel } from './unpack.ts';

export interface InstallRequest {
  readonly build: TensorflowBuild;
  /** A wheel, a folder of wheels, or a folder of libtensorflow: TensorFlow is taken from there. */
  readonly from?: string | undefined;
}

interface Following {
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly onProgress: (progress: TensorflowProgress) => void;
}

const downloads = () => join(tensorflowHome(), 'downloads');
const lockPath = () => join(tensorflowHome(), 'installing.lock');
const pollMs = 250;

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

/**
 * Installs what `planInstall` has found possible. What is installed already stays until the new one works, and so
 * it does when this fails, is stopped, or is killed in the midst; whole downloads stay for the next try.
 *
 * @throws StudioError that says what went wrong; an AbortError when the signal fires
 */
export async function install(
  { packages, own, tools }: Plan,
  following: Following,
): Promise<{ readonly installed: InstalledTensorflow; readonly trial: Trial }> {
  const unlock = await lock();
  const folder = join(tensorflowHome(), `new-${randomUUID()}`);
  const deps = join(folder, 'deps');
  try {
    await tidy();
    const brought = await bringAll(packages, following);
    await mkdir(deps, { recursive: true });
    const source = own
      ? own.paths.length === 1
        ? own.paths[0]!
        : join(own.paths[0]!, '..')
      : `${packages[0]!.requirement.replace('==', ' ')} from PyPI`;
    const wheels = [...(own?.kind === 'wheels' ? own.paths : []), ...brought];
    await unpackAll(wheels, own?.kind === 'folder' ? own.paths : [], deps, packages, following);
    const libraries = await checkLibraries(deps, source);
    const ending = libraries.core.endsWith('.dylib') ? '.2.dylib' : '.so';
    await link(libraries.core, join(deps, 'lib', `libtensorflow${ending}`));
    await link(libraries.framework, join(deps, 'lib', `libtensorflow_framework${ending}`));
    const cuda = await cudaVersion(deps, libraries);

    following.onProgress({ step: 'building', done: 0, total: null });
    following.log('Building the binding with node-gyp');
    await buildBinding(folder, tools, following);

    following.onProgress({ step: 'trying', done: 0, total: null });
    following.log('Loading it and computing a gradient');
    const trial = await tryTensorflow({ folder, cuda }, following.signal);
    if (trial.problem !== null) {
      throw new StudioError(
        'refused',
        `TensorFlow from ${source} does not work here: ${trial.problem}.`,
      );
    }
    await rm(join(deps, 'include'), { recursive: true });
    const { version } = trial.found;
    const kept = join(
      tensorflowHome(),
      `${version}-${cuda === null ? 'cpu' : 'cuda'}-${Date.now()}`,
    );
    await rename(folder, kept);
    const installed = { version, cuda, source, bytes: await sizeOf(kept), folder: kept };
    await replaceFile(recordPath(), (temporary) =>
      writeFile(temporary, JSON.stringify(installed, null, 2)),
    );
    await tidy(kept);
    await rm(downloads(), { recursive: true, force: true });
    following.log(`TensorFlow ${version} is installed in ${kept}`);
    return { installed, trial };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await unlock();
  }
}

/** Takes TensorFlow away, with all that was downloaded for it. */
export async function remove(): Promise<void> {
  await mkdir(tensorflowHome(), { recursive: true });
  const unlock = await lock();
  try {
    await rm(recordPath(), { force: true }); // first: nothing half there counts
    await tidy(null);
    await rm(downloads(), { recursive: true, force: true });
  } finally {
    await unlock();
  }
}

/** What earlier installations left that does not count. */
async function tidy(keep?: string | null): Promise<void> {
  const counts =
    keep === undefined
      ? await readFile(recordPath(), 'utf8').then(
          (text) => (JSON.parse(text) as { readonly folder?: string }).folder,
          () => undefined,
        )
      : keep;
  const entries = await readdir(tensorflowHome(), { withFileTypes: true });
  for (const entry of entries) {
    const path = join(tensorflowHome(), entry.name);
    if (!entry.isDirectory() || path === counts || path === downloads()) continue;
    await rm(path, { recursive: true, force: true });
  }
}

/** One installation at a time, whichever studio or command does it; one that was killed holds no lock. */
async function lock(): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const file = await open(lockPath(), 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(lockPath(), { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(lockPath(), 'utf8').catch(() => ''));
    if (owner > 0 && isAlive(owner)) {
      throw new StudioError(
        'refused',
        `TensorFlow is being installed or removed by another Graft (process ${owner}) just now: wait for its end.`,
      );
    }
    await rm(lockPath(), { force: true });
  }
}

/** Paths of the wheels, each downloaded once and known by its hash. */
async function bringAll(
  packages: readonly Package[],
  { signal, log, onProgress }: Following,
): Promise<string[]> {
  const total = packages.reduce((sum, { bytes }) => sum + bytes, 0);
  const part = join(downloads(), 'part');
  // What pip was at when it was killed: it begins such a file anew.
  await rm(part, { recursive: true, force: true });
  const wheels: string[] = [];
  let before = 0;
  for (const each of packages) {
    const wheel = join(downloads(), `${each.requirement.replace('==', '-')}.whl`);
    onProgress({ step: 'downloading', done: before, total });
    const isHere = (await stat(wheel).catch(() => null))?.size === each.bytes;
    if (isHere) log(`${each.requirement} is here from before`);
    else {
      log(`pip download ${each.requirement}`);
      await mkdir(join(part, 'whole'), { recursive: true });
      await mkdir(join(part, 'temporary'), { recursive: true });
      const watching = new AbortController();
      void watch(part, each.bytes, watching.signal, (done) =>
        onProgress({ step: 'downloading', done: before + done, total }),
      );
      try {
        const file = await downloadWheel(each.requirement, join(part, 'whole'), {
          signal,
          options: pipOptions(thisSystem()!),
          temporary: join(part, 'temporary'),
        });
        await checkHash(file, each.sha256, `PyPI's ${each.requirement}`);
        await rename(file, wheel);
      } finally {
        watching.abort();
        await rm(part, { recursive: true, force: true });
      }
    }
    before += each.bytes;
    wheels.push(wheel);
  }
  return wheels;
}

/** pip tells nothing while it downloads, but its file grows. */
async function watch(
  folder: string,
  most: number,
  ended: AbortSignal,
  tell: (bytes: number) => void,
): Promise<void> {
  while (!ended.aborted) {
    const bytes = Math.min(most, await sizeOf(folder));
    if (!ended.aborted) tell(bytes);
    await wait(pollMs);
  }
}

async function unpackAll(
  wheels: readonly string[],
  folders: readonly string[],
  deps: string,
  packages: readonly Package[],
  { signal, log, onProgress }: Following,
): Promise<void> {
  const isAllKnown = packages.length === wheels.length && folders.length === 0;
  const total = isAllKnown ? packages.reduce((sum, { unpacked }) => sum + unpacked, 0) : null;
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

/** Under the name that the linker looks for; a C library's core has it on a Mac already. */
async function link(file: string, path: string): Promise<void> {
  if (basename(path) !== file) await symlink(file, path);
}

/** Of all files in it. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    // One that pip has just moved away counts no more.
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
