/** What a recipe means for one backbone: where it is cut, and what is trained above the cut. */
import { assertNever } from '../../../src-shared/errors.ts';
import { earlyBlocks, type RecipeName, type TrainSettings } from '../../../src-shared/recipes.ts';
import { type Backbone, type Block, imageInput } from '../backbones/backbone.ts';

/** What is above a cut is trained. */
export interface TailPlan {
  readonly kind: 'tail';
  /** The value of the backbone's graph at which it is cut: frozen below, trained above. */
  readonly cut: string;
  /** Does the training start from what the backbone has learned, or from random weights? */
  readonly start: 'learned' | 'random';
  /** Blocks above the cut, all of whose parameters are trained; the new head always is. */
  readonly trainedBlocks: number;
  /** The same for people. */
  readonly trained: string;
}

/** A classifier on one of these blocks; the network above it is dropped. */
export interface EarlyPlan {
  readonly kind: 'early';
  readonly candidates: readonly Block[];
}

export type Plan = TailPlan | EarlyPlan;

/** Asking for more blocks than can be cut off adapts all but the stem. */
export function plan(
  recipe: RecipeName,
  settings: TrainSettings,
  { blocks }: Pick<Backbone, 'blocks'>,
): Plan {
  switch (recipe) {
    case 'feature-extraction':
      return cutAfter(blocks, blocks.length);
    case 'early-features':
      return { kind: 'early', candidates: blocks.slice(0, earlyBlocks(blocks.length)) };
    case 'fine-tune-top':
      return cutAfter(blocks, Math.max(1, blocks.length - settings.blocks));
    case 'fine-tune-all':
      return cutAtInput(blocks, 'learned');
    case 'from-scratch':
      return cutAtInput(blocks, 'random');
    default:
      return assertNever(recipe);
  }
}

/** Keeps the first `frozen` blocks as they are. */
function cutAfter(blocks: Backbone['blocks'], frozen: number): TailPlan {
  const trainedBlocks = blocks.length - frozen;
  return {
    kind: 'tail',
    cut: blocks[frozen - 1]!.output,
    start: 'learned',
    trainedBlocks,
    trained: trainedBlocks === 0 ? 'last layer' : `${trainedBlocks} of ${blocks.length} blocks`,
  };
}

/** Keeps no block as it is. */
function cutAtInput({ length }: Backbone['blocks'], start: TailPlan['start']): TailPlan {
  const trained = start === 'random' ? `all ${length} blocks, anew` : `all ${length} blocks`;
  return { kind: 'tail', cut: imageInput, start, trainedBlocks: length, trained };
}
