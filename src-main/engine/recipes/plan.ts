/** What a recipe means for one backbone: where it is cut, and what is trained above the cut. */
import { assertNever } from '../../../src-shared/errors.ts';
import type { RecipeName, TrainSettings } from '../../../src-shared/recipes.ts';
import type { Backbone } from '../backbones/backbone.ts';

export interface Plan {
  /** The value of the backbone's graph at which it is cut: frozen below, trained above. */
  readonly cut: string;
  /** Blocks above the cut, all of whose parameters are trained; the new head always is. */
  readonly trainedBlocks: number;
  /** The same for people. */
  readonly trained: string;
}

/** Asking for more blocks than can be cut off adapts all but the stem. */
export function plan(
  recipe: RecipeName,
  settings: TrainSettings,
  { blocks }: Pick<Backbone, 'blocks'>,
): Plan {
  switch (recipe) {
    case 'feature-extraction':
      return cutAfter(blocks, blocks.length);
    case 'fine-tune-top':
      return cutAfter(blocks, Math.max(1, blocks.length - settings.blocks));
    default:
      return assertNever(recipe);
  }
}

/** Keeps the first `frozen` blocks as they are. */
function cutAfter(blocks: Backbone['blocks'], frozen: number): Plan {
  const trainedBlocks = blocks.length - frozen;
  return {
    cut: blocks[frozen - 1]!.output,
    trainedBlocks,
    trained: trainedBlocks === 0 ? 'last layer' : `${trainedBlocks} of ${blocks.length} blocks`,
  };
}
