/** What the studio and the engine process say to each other. Structured-cloned, so arrays stay binary. */
import type { Epoch, RunState, SplitName } from '../../src-shared/domain.ts';
import type { RecipeName, TrainSettings } from '../../src-shared/recipes.ts';

export type { Preprocessing } from '../images/pixels.ts';

/** A backbone whose weights are on this machine. */
export interface BackboneFile {
  readonly name: string;
  /** Safetensors, with the names that the architecture gives its parameters. */
  readonly weights: string;
  readonly sha256: string;
}

export interface Example {
  readonly imageId: number;
  readonly sha256: string;
  readonly path: string;
  /** Index into `classes`. */
  readonly label: number;
  readonly split: SplitName;
}

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
  /** `model.onnx` is written here, whole or not at all. */
  readonly runFolder: string;
}

export interface PredictJob {
  readonly kind: 'predict';
  /** A model.onnx that a run wrote. */
  readonly model: string;
  readonly files: readonly string[];
}

export interface DescribeJob {
  readonly kind: 'describe';
}

export type Job = TrainJob | PredictJob | DescribeJob;

export interface TrainResult {
  readonly bestEpoch: number;
  readonly epochs: number;
  /** "last layer", "2 of 10 blocks". */
  readonly trained: string;
  readonly trainedBlocks: number;
  readonly validation: { readonly accuracy: number; readonly loss: number };
  /** On the test images, read once, with the best weights. */
  readonly predictions: readonly {
    readonly imageId: number;
    readonly actual: number;
    /** Softmax over all classes. */
    readonly probabilities: Float32Array;
  }[];
}

export interface PredictResult {
  readonly classes: readonly string[];
  readonly predictions: readonly { readonly path: string; readonly probabilities: Float32Array }[];
  readonly rejected: readonly { readonly path: string; readonly reason: string }[];
}

export interface DescribeResult {
  readonly runtimes: readonly {
    readonly name: string;
    readonly version: string;
    readonly devices: readonly string[];
  }[];
}

export interface JobResult {
  train: TrainResult;
  predict: PredictResult;
  describe: DescribeResult;
}

/** Sent while a training job runs. */
export type Progress =
  | {
      readonly kind: 'features';
      readonly done: number;
      readonly total: number;
      readonly secondsLeft: number | null;
    }
  | { readonly kind: 'epoch'; readonly epoch: Epoch };

/** How a job ended otherwise than with a result. */
export type EndState = Extract<RunState, 'failed' | 'cancelled'>;

/** Studio to engine. */
export type Request =
  | { readonly id: number; readonly job: Job }
  | { readonly id: number; readonly cancel: true };

/** Engine to studio. */
export type Response =
  | { readonly id: number; readonly progress: Progress }
  | { readonly id: number; readonly result: JobResult[Job['kind']] }
  | { readonly id: number; readonly ended: EndState; readonly reason: string };
