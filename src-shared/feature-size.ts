/** How much a run will keep of what the frozen part of its network says. */
import { viewsOf } from './augmentation.ts';
import type { Backbone } from './domain.ts';
import { assertNever } from './errors.ts';
import { blockUse, earlyBlocks, type RecipeName, type TrainSettings } from './recipes.ts';

export interface FeatureSize {
  /** Of one picture in one view, in bytes; 0 where nothing is frozen. */
  readonly each: number;
  /** Versions of pictures: each of those to train on counts as often as it has views. */
  readonly versions: number;
  readonly bytes: number;
}

/** @param pictures how many there are to train on, and how many others (validation and test) */
export function featureSize(
  recipe: RecipeName,
  settings: TrainSettings,
  { blockShapes }: Pick<Backbone, 'blockShapes'>,
  pictures: { readonly train: number; readonly others: number },
): FeatureSize {
  const each = 4 * floatsAtCut(recipe, settings, blockShapes);
  const versions = pictures.train * viewsOf(settings) + pictures.others;
  return { each, versions, bytes: each * versions };
}

function floatsAtCut(
  recipe: RecipeName,
  settings: TrainSettings,
  shapes: Backbone['blockShapes'],
): number {
  const product = (dims: readonly number[] = []) => dims.reduce((all, dim) => all * dim, 1);
  switch (recipe) {
    case 'feature-extraction':
      return product(shapes.at(-1));
    case 'early-features':
      // The mean of each map, of every block that is to choose from.
      return shapes.slice(0, earlyBlocks(shapes.length)).reduce((sum, [c = 0]) => sum + c, 0);
    case 'fine-tune-top': {
      const { trained } = blockUse(recipe, settings, shapes.length);
      return product(shapes[shapes.length - trained - 1]);
    }
    case 'fine-tune-all':
    case 'from-scratch':
      return 0;
    default:
      return assertNever(recipe);
  }
}
