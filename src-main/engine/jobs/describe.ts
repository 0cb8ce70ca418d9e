/** What this engine can compute with. */
import { availableParallelism, cpus } from 'node:os';
import { env } from 'onnxruntime-node';
import type { DescribeJob, DescribeResult } from '../protocol.ts';
import { onnxruntime } from '../runtimes/onnxruntime.ts';

export async function describe(_job: DescribeJob): Promise<DescribeResult> {
  const model = cpus()[0]?.model.trim() || process.arch;
  return {
    runtimes: [
      {
        name: onnxruntime.name,
        version: env.versions.node ?? env.versions.common,
        devices: [`CPU: ${model}, ${availableParallelism()} threads`],
      },
    ],
  };
}
