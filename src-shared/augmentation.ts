/** How a picture may be changed before a network sees it: those of a run's settings that are about one picture. */
import { type TrainSettings, trainSettings } from './train-settings.ts';

export const augmentation = trainSettings.pick({
  flips: true,
  cropScale: true,
  rotation: true,
  colourJitter: true,
});
export type Augmentation = Pick<TrainSettings, 'flips' | 'cropScale' | 'rotation' | 'colourJitter'>;

export const augmentationOf = ({
  flips,
  cropScale,
  rotation,
  colourJitter,
}: Augmentation): Augmentation => ({ flips, cropScale, rotation, colourJitter });

/** Does it leave every picture as it is? */
export const isPlain = ({ flips, cropScale, rotation, colourJitter }: Augmentation): boolean =>
  flips === 'none' && cropScale === 1 && rotation === 0 && colourJitter === 0;

/** How many versions of a training picture the frozen part of a network is run on. */
export const viewsOf = (settings: Augmentation & Pick<TrainSettings, 'views'>): number =>
  isPlain(settings) ? 1 : settings.views;
