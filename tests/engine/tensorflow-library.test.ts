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
import { shapesJob } from '../helpers/shapes-job.ts';
import { installedTensorflow } from '../helpers/tensorflow/installed.ts';
import { describeTensorflow } from '../helpers/tensorflow/suite.ts';

const found = await installedTensorflow();
if ('why' in found) {
  console.warn(`SKIPPED: TensorFlow's own library is not tested, because ${found.why}`);
  it.skip('TensorFlow is not installed', () => {});
} else {
  describeTensorflow(found.tf);

  it('trains a network of the catalogue to the same test accuracy, within noise', async () => {
    const folder = await temporaryFolder();
    const base = await shapesJob(folder, 20, 'fine-tune-top', { epochs: 3, blocks: 2 });
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
    // Of twelve pictures one may fall the other way.
    expect(Math.abs(there - here)).toBeLessThan(0.1);
    expect(here).toBeGreaterThan(0.5);
  });
}
