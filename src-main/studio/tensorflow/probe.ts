/** Tries an installation of TensorFlow in a process of its own. */
import { fork } from 'node:child_process';
import type { TensorflowFound } from '../../../src-shared/tensorflow.ts';
import { gpusOf } from '../../engine/runtimes/tensorflow/gpus.ts';
import type { Probed } from '../../engine/runtimes/tensorflow/probe.ts';
import { programUrl } from '../../programs.ts';

/** Far more than loading a gigabyte from a slow disk takes. */
const timeoutMs = 180_000;

export type Trial =
  | { readonly found: TensorflowFound; readonly problem: null }
  | { readonly found: null; readonly problem: string };

/** Never throws; an AbortError apart when `signal` fires. */
export async function tryTensorflow(
  { folder, cuda }: { readonly folder: string; readonly cuda: string | null },
  signal?: AbortSignal,
): Promise<Trial> {
  const child = fork(programUrl('tensorflow'), [folder], {
    ...{ execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'], timeout: timeoutMs },
    ...(signal && { signal }),
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '0' },
  });
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-100_000);
  });
  let probed: Probed | null = null;
  child.on('message', (message) => {
    probed = message as Probed;
  });
  const ended = await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, by) => resolve(by ? `signal ${by}` : `exit code ${code}`));
  });
  const said = probed as Probed | null; // set by the listener, which TypeScript does not see
  if (said === null) {
    return {
      found: null,
      problem: `TensorFlow's library ended the process that loaded it (${ended}): it does not fit this machine`,
    };
  }
  if ('problem' in said) return { found: null, problem: said.problem.replace(/\.$/, '') };
  return { found: { version: said.version, ...gpusOf(log, cuda) }, problem: null };
}
