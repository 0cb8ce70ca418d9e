/** A checkpoint without weights, for tests of what is done with it. */
import { writeCheckpoint } from '../../src-main/engine/training/checkpoint.ts';

/** As the engine leaves it after so many epochs. */
export async function leaveCheckpoint(runFolder: string, count: number) {
  const epochs = Array.from({ length: count }, (_, i) => ({
    epoch: i + 1,
    trainLoss: 1,
    validationLoss: 1,
    validationAccuracy: 0.5,
    imagesPerSecond: 1,
    secondsLeft: 1,
  }));
  const best = { bestEpoch: 1, validation: { accuracy: 0.5, loss: 1 }, weights: {} };
  await writeCheckpoint(runFolder, 'a fingerprint', {
    ...{ epochs, best, steps: count, random: {}, state: {} },
  });
}
