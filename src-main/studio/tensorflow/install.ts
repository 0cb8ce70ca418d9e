/** Brings TensorFlow into the user's own folder: what counts there is whole and was seen to work. */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StudioError } from '../../../src-shared/errors.ts';
import type { InstalledTensorflow } from '../../../src-shared/tensorflow.ts';
import { replaceFile } from '../../atomic-file.ts';
import { recordPath, tensorflowHome } from '../../engine/runtimes/tensorflow/installation.ts';
import { buildBinding } from './binding.ts';
import { bringAll } from './bring.ts';
import { downloads, lock, sizeOf, tidy } from './folder.ts';
import { checkLibraries, cudaVersion, linkForBuilding } from './libraries.ts';
import type { Following, Plan } from './plan.ts';
import { type Trial, tryTensorflow } from './probe.ts';
import { unpackAll } from './unpack.ts';

/**
 * Installs what `planInstall` has found possible. What is installed already stays until the new one works, and so
 * it does when this fails, is stopped, or is killed in the midst; whole downloads stay for the next try.
 *
 * @throws StudioError that says what went wrong; an AbortError when the signal fires
 */
export async function install(
  plan: Plan,
  following: Following,
): Promise<{ readonly installed: InstalledTensorflow; readonly trial: Trial }> {
  const { packages, own, tools } = plan;
  const unlock = await lock();
  const folder = join(tensorflowHome(), `new-${randomUUID()}`);
  const deps = join(folder, 'deps');
  try {
    await tidy();
    const brought = await bringAll(packages, following);
    await mkdir(deps, { recursive: true });
    const source = sourceOf(plan);
    await unpackAll({ packages, own, brought }, deps, following);
    const libraries = await checkLibraries(deps, source);
    await linkForBuilding(deps, libraries);
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

/** Where TensorFlow is from: "tensorflow-cpu 2.21.0 from PyPI", or a path of the person's. */
function sourceOf({ packages, own }: Plan): string {
  if (!own) return `${packages[0]!.requirement.replace('==', ' ')} from PyPI`;
  const [first] = own.paths;
  return own.paths.length === 1 ? first! : dirname(first!);
}
