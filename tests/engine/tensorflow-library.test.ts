/**
 * The same as tensorflow.test.ts on TensorFlow's own library, where "graft tensorflow install" has brought it.
 * GRAFT_EXPECT_TENSORFLOW=1 says that it must be there.
 */
import { join } from 'node:path';
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
