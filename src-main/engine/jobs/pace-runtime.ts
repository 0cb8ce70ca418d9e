/** How fast a runtime is at a recipe, on this machine. */
import type { RuntimePace } from '../../../src-shared/runtime-bench.ts';
import { loadBackbone } from '../backbones/weight-file.ts';
import type { PaceRuntimeJob } from '../protocol.ts';
import { runtimeFor } from '../runtimes/choose.ts';
import { paceOf } from '../runtimes/pace.ts';
import type { JobContext } from './job.ts';

/** Null where the runtime is not there, or cannot run this network. */
export async function paceRuntime(
  { backbone: file, recipe, ...wanted }: PaceRuntimeJob,
  { signal }: JobContext,
): Promise<RuntimePace | null> {
  const backbone = await loadBackbone(file);
  const { runtime } = await runtimeFor(wanted, backbone.graph);
  return runtime.name === wanted.runtime ? paceOf(runtime, backbone, recipe, signal) : null;
}
