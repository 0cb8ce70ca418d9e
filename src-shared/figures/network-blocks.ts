/** A recipe drawn as the network's blocks: frozen, adapted, new. */
import type { BlockUse } from '../recipes.ts';

export interface BlockBar {
  readonly kind: 'frozen' | 'trained' | 'fresh' | 'dropped';
  /** In percent: maps shrink on their way through a network, and so do the bars. */
  readonly height: number;
}

/** @param blocks of the backbone, from the stem to the features */
export function blockBars({ used, trained, anew }: BlockUse, blocks: number): readonly BlockBar[] {
  const kinds: readonly BlockBar['kind'][] = [
    ...Array.from({ length: used }, (_, i) =>
      i < used - trained ? 'frozen' : anew ? 'fresh' : 'trained',
    ),
    'fresh',
    // Not drawn, but the others stay where they are in the other recipes' pictures.
    ...Array.from({ length: blocks - used }, () => 'dropped' as const),
  ];
  return kinds.map((kind, index) => ({ kind, height: 100 - (60 * index) / kinds.length }));
}

export const blockWords = ({ used, trained, anew }: BlockUse, blocks: number): string =>
  used < blocks
    ? `up to ${used} of ${blocks} blocks frozen, and a new last layer on one of them`
    : `${used - trained} blocks frozen, ${trained} ${anew ? 'learned anew' : 'adapted'}, and a new last layer`;
