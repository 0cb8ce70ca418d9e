/** Where TensorFlow lies once it is installed: one folder of the user's own, for all projects. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type InstalledTensorflow,
  installedTensorflow,
} from '../../../../src-shared/tensorflow.ts';
import { home } from '../../../programs.ts';

/**
 * What is in it: `installed.json`, which names the folder that counts; that folder; and while an installation is
 * under way (or after one that was killed) what was downloaded so far. `GRAFT_TENSORFLOW` moves it.
 */
export const tensorflowHome = (): string =>
  process.env.GRAFT_TENSORFLOW || join(home(), 'tensorflow');

/** The last thing that an installation writes, and the first that a removal takes away. */
export const recordPath = (): string => join(tensorflowHome(), 'installed.json');

/** Null where there is none, or where it was made by another version of Graft that kept it otherwise. */
export async function readInstalled(): Promise<InstalledTensorflow | null> {
  try {
    return installedTensorflow.parse(JSON.parse(await readFile(recordPath(), 'utf8')));
  } catch {
    return null;
  }
}

/** As binding.gyp has it, within the folder of an installation. */
export const bindingPath = (folder: string): string =>
  join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
