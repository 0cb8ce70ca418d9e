/**
 * The same as tensorflow.test.ts on TensorFlow's own library, where "graft tensorflow install" has brought it.
 * GRAFT_EXPECT_TENSORFLOW=1 says that it must be there.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { train } from '../../src-main/engine/jobs/train.ts';
import type { Progress } from '../../src-main/engine/protocol.ts';
import { argmax } from '../../src-main/engine/training/classification.ts';
import type { RuntimeName } from '../../src-shared/runtimes.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { sampleJob } from '../helpers/shapes-job.ts';
import { describeExported } from '../helpers/tensorflow/exported.ts';
import { installedTensorflow } from '../helpers/tensorflow/installed.ts';
import { describeTensorflow } from '../helpers/tensorflow/suite.ts';

const found = await installedTensorflow();
if ('why' in found) {
  console.warn(`SKIPPED: TensorFlow's own library is not tested, because ${found.why}`);
  it.skip('TensorFlow is not installed', () => {});
} else {
  describeTensorflow(found.tf);
  describeExported(found.tf);

  it.skipIf(process.platform !== 'linux').each([
    ['efficientnet_lite0', 'fine-tune-all', { batchSize: 4 }, 2],
    ['mobilenet_v2', 'from-scratch', { batchSize: 4 }, 4],
  ] as const)(
    'takes about the memory that was estimated for %s, %s, with %j, %i at a time',
    async (name, recipe, settings, microBatch) => {
      const script = fileURLToPath(new URL('../helpers/measure-memory.ts', import.meta.url));
      const args = [name, recipe, JSON.stringify(settings), String(microBatch), 'tensorflow'];
      const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
      const { estimated, measured } = JSON.parse(stdout);
      expect(estimated / measured).toBeGreaterThan(1 / 1.5);
      expect(estimated / measured).toBeLessThan(1.5);
    },
  );

  it('comes to the same test accuracy on the sample pictures, within noise', async () => {
    const folder = await temporaryFolder();
    const base = await sampleJob(folder, 40, 'fine-tune-top', { epochs: 3, blocks: 2 });
    const right = async (runtime: RuntimeName) => {
      const told: Progress[] = [];
      const { predictions } = await train(
        {
          ...base,
          runtime,
          runFolder: join(folder, runtime),
          features: join(folder, `${runtime}-features`),
        },
        { signal: new AbortController().signal, report: (progress) => told.push(progress) },
      );
      expect(told).toContainEqual(expect.objectContaining({ kind: 'runtime', runtime }));
      const count = predictions.filter((each) => argmax(each.probabilities) === each.actual).length;
      return count / predictions.length;
    };
    const [there, here] = [await right('tensorflow'), await right('onnxruntime')];
    // Of forty pictures two may fall the other way; by chance eight would be right.
    expect(Math.abs(there - here)).toBeLessThan(0.06);
    expect(here).toBeGreaterThan(0.4);
  });
}
