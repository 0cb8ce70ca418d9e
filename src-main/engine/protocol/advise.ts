/** Where the labelled pictures stand in the square. */
import type { Advice } from '../../../src-shared/advisor/advice.ts';
import type { RecipeName } from '../../../src-shared/recipes.ts';
import type { BackboneFile, Example } from './pictures.ts';

/** Where the labelled images stand in the square. */
export interface AdviseJob {
  readonly kind: 'advise';
  readonly backbone: BackboneFile;
  readonly classes: number;
  readonly examples: readonly Pick<Example, 'imageId' | 'sha256' | 'path' | 'label'>[];
  /** The project's feature cache. */
  readonly features: string;
}

export interface AdviseResult {
  readonly similarity: Advice['similarity'];
  readonly amount: Omit<Advice['amount'], 'labelled' | 'perClass'>;
  /** What each recipe would take on this machine. */
  readonly costs: Readonly<
    Record<RecipeName, { readonly seconds: number; readonly memoryBytes: number }>
  >;
}
