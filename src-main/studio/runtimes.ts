/** Which library computes a run. */
import { StudioError } from '../../src-shared/errors.ts';
import type { RuntimeChoice, RuntimeName } from '../../src-shared/runtimes.ts';
import { readInstalled } from '../engine/runtimes/tensorflow/installation.ts';
import { readPreferences } from './preferences.ts';

/** What is chosen for all runs, unless this one has a choice of its own. */
export const runtimeOf = async (choice: RuntimeChoice): Promise<RuntimeName> =>
  choice === 'auto' ? (await readPreferences()).runtime : choice;

/**
 * Throws a StudioError where a run asks for a library that is not there. One that is chosen for all runs
 * and gone gives way to the other when a run starts, which is said.
 */
export async function demandRuntime(choice: RuntimeChoice): Promise<void> {
  if (choice !== 'tensorflow' || (await readInstalled())) return;
  throw new StudioError(
    'refused',
    'TensorFlow is not installed: install it with "graft tensorflow install", or train with ONNX Runtime.',
  );
}
