/** Every setting of a run that a person can turn. */
import { z } from 'zod';
import { augmentation } from './train-settings/augmentation.ts';
import { certainty } from './train-settings/certainty.ts';
import { main } from './train-settings/main.ts';
import { overfitting } from './train-settings/overfitting.ts';
import { pictures } from './train-settings/pictures.ts';
import { schedule } from './train-settings/schedule.ts';

export { type SettingGroup, settingGroups } from './train-settings/words.ts';

/** Forms and flags are derived from this schema and the words of its fields. */
export const trainSettings = z.object({
  ...main,
  ...schedule,
  ...overfitting,
  ...augmentation,
  ...pictures,
  ...certainty,
});
export type TrainSettings = z.infer<typeof trainSettings>;

/** What a run did that is older than the setting: it was trained without. */
const beforeTheyWere = {
  device: 'cpu',
  runtime: 'onnxruntime',
  warmup: 0,
  layerDecay: 1,
  headEpochs: 60,
  headLearningRate: 1e-3,
  restoreBest: true,
  labelSmoothing: 0,
  clipNorm: 0,
  classBalance: 'none',
  microBatch: 0,
  views: 1,
  flips: 'none',
  cropScale: 1,
  rotation: 0,
  colourJitter: 0,
  mixup: 0,
  cutmix: 0,
  precision: 'exact',
  halfPrecision: false,
  folds: 0,
  repeats: 1,
} as const satisfies Partial<TrainSettings>;

/** The settings of a stored run, whichever of them there were when it was set up. */
export const storedSettings = (stored: Partial<TrainSettings>): TrainSettings =>
  trainSettings.parse({ ...beforeTheyWere, ...stored });
