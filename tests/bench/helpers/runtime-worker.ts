/** A process that does work of a benchmark with one runtime: libraries that compute beside each other disturb each other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogueEntry } from '../../../src-main/engine/backbones/catalogue.ts';
import { softwareDriver } from '../../../src-main/engine/devices/cards.ts';
import { tryDevice } from '../../../src-main/engine/devices/trial.ts';
import { onDevice } from '../../../src-main/engine/runtimes/onnxruntime.ts';
import type { Runtime } from '../../../src-main/engine/runtimes/runtime.ts';
import { loadTensorflow } from '../../../src-main/engine/runtimes/tensorflow/library.ts';
import { tensorflow } from '../../../src-main/engine/runtimes/tensorflow/tensorflow.ts';
import type { DeviceKind } from '../../../src-shared/devices.ts';
import { toErrorReply } from '../../../src-shared/errors.ts';
import { drawWeights } from '../../helpers/drawn-weights.ts';
import { threads } from './contest.ts';
import { examplesOf, extraction } from './extract.ts';
import { trainingSpeed } from './train.ts';

export type Contender =
  | { readonly runtime: 'tensorflow'; readonly device: 'auto' }
  | { readonly runtime: 'onnxruntime'; readonly device: DeviceKind };

/** Features of files, or steps of what is above a block (null: of all of it). */
export type Task = { readonly network: string } & (
  | { readonly paths: readonly string[] }
  | { readonly after: string | null; readonly batchSize: number; readonly pictures: number }
);

export type Answer =
  | { readonly name: string; readonly speed?: number }
  | { readonly problem: string };

/** Throws where it is not there, or only imitated by the processor. */
async function contenderOf({ runtime, device }: Contender): Promise<[string, Runtime]> {
  if (runtime === 'tensorflow') {
    const { tf, version, usesGpu } = await loadTensorflow({ threads });
    const where = usesGpu ? 'a GPU' : 'the processor';
    return [`TensorFlow ${version} on ${where}`, tensorflow(tf)];
  }
  if (device !== 'cpu') {
    if (softwareDriver() !== null) throw new Error('it is imitated by the processor');
    await tryDevice(device, false);
  }
  return [`ONNX Runtime on ${device}`, onDevice(device)];
}

async function speedOf(runtime: Runtime, { network, ...task }: Task): Promise<number> {
  const architecture = catalogueEntry(network).architectures.at(-1)!;
  if ('after' in task) return trainingSpeed({ ...task, architecture, runtime });
  const folder = await mkdtemp(join(tmpdir(), 'graft-runtime-'));
  try {
    const backbone = architecture.build(drawWeights(architecture));
    return await extraction(backbone, await examplesOf(task.paths), folder, runtime);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const answer = (given: Answer) => process.send!(given);
const problem = (error: unknown) => answer({ problem: toErrorReply(error).message });

contenderOf(JSON.parse(process.argv[2]!) as Contender).then(([name, runtime]) => {
  process.on('message', (task: Task) => {
    speedOf(runtime, task).then((speed) => answer({ name, speed }), problem);
  });
  answer({ name });
}, problem);
