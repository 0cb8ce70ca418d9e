/** Training a run, and what it comes to. */
import type { DeviceKind } from '../../../src-shared/devices.ts';
import type { LayerQuality, Quantisation } from '../../../src-shared/domain.ts';
import type { RecipeName, TrainSettings } from '../../../src-shared/recipes.ts';
import type { RuntimeName } from '../../../src-shared/runtimes.ts';
import type { BackboneFile, Example } from './pictures.ts';

export interface TrainJob {
  readonly kind: 'train';
  readonly runId: number;
  readonly backbone: BackboneFile;
  readonly recipe: RecipeName;
  readonly settings: TrainSettings;
  readonly classes: readonly string[];
  readonly examples: readonly Example[];
  /** The project's feature cache. */
  readonly features: string;
  /**
   * `model.onnx` is written here, whole or not at all; a fast run's `model.fast.onnx` too. And after every
   * epoch a checkpoint, from which the same job goes on.
   */
  readonly runFolder: string;
  /** Only what it says of the test pictures is wanted: no model is written. */
  readonly predictionsOnly?: true;
  /** Where it is computed: the processor when absent, and where another fails, which is said. */
  readonly device?: DeviceKind;
  /** Are products computed in half precision there? Never on the processor. */
  readonly half?: boolean;
  /**
   * Runs that wait for this one and have the same network: what their recipes freeze is computed along, in one pass
   * over the pictures.
   */
  readonly alongside?: readonly Pick<TrainJob, 'recipe' | 'settings'>[];
  /** Which library computes it: ONNX Runtime when absent, and where another fails, which is said. */
  readonly runtime?: RuntimeName;
  /** More pictures than these at once did not fit into memory; absent for a first try. */
  readonly mostAtOnce?: number;
}

export interface TrainResult {
  readonly bestEpoch: number;
  readonly epochs: number;
  /** "last layer", "2 of 10 blocks". */
  readonly trained: string;
  readonly trainedBlocks: number;
  readonly validation: { readonly accuracy: number; readonly loss: number };
  /** The layers that the recipe chose from, if it did; the best one first found is in `trained`. */
  readonly layers: readonly LayerQuality[] | null;
  /** Null for an exact run. */
  readonly quantisation: Quantisation | null;
  /** What the logits are divided by, fitted on the validation images. */
  readonly temperature: number;
  /** On the test images, read once, with the best weights and the exact network. */
  readonly predictions: readonly HeldOutPrediction[];
  readonly validationPredictions: readonly HeldOutPrediction[];
}

export interface HeldOutPrediction {
  readonly imageId: number;
  readonly actual: number;
  /** Softmax over all classes, calibrated. */
  readonly probabilities: Float32Array;
}

/** How long a picture takes in the frozen part of a network. */
export interface MeasureJob {
  readonly kind: 'measure';
  readonly backbone: BackboneFile;
  readonly recipe: RecipeName;
  readonly settings: TrainSettings;
  /** Paths of a few. */
  readonly pictures: readonly string[];
}

/** Seconds a picture. */
export interface MeasureResult {
  readonly decode: number;
  readonly exact: number;
  readonly fast: number;
}
