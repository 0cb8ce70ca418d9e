/** What the studio and the engine process say to each other. Structured-cloned, so arrays stay binary. */

import type { Advice } from '../../src-shared/advisor/advice.ts';
import type { Device, DeviceKind } from '../../src-shared/devices.ts';
import type {
  Epoch,
  Explanation,
  LayerQuality,
  Quantisation,
  RunPhase,
  RunState,
  SplitName,
} from '../../src-shared/domain.ts';
import type { RecipeName, TrainSettings } from '../../src-shared/recipes.ts';
import type { RuntimePace } from '../../src-shared/runtime-bench.ts';
import type { RuntimeName } from '../../src-shared/runtimes.ts';

import type { Preprocessing } from '../images/pixels.ts';

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
  /**
   * `model.onnx` is written here, whole or not at all; a fast run's `model.fast.onnx` too. And after every
   * epoch a checkpoint, from which the same job goes on.
   */
  readonly runFolder: string;
  /** Only what it says of the test pictures is wanted: no model is written. */
  readonly predictionsOnly?: true;
  /** Where it is computed: the processor when absent, and where another fails, which is said. */
  readonly device?: DeviceKind;
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

export interface PredictJob {
  readonly kind: 'predict';
  /** A model.onnx that a run wrote. */
  readonly model: string;
  readonly files: readonly string[];
}

/** Where in a picture a trained network found what speaks for a class (Grad-CAM). */
export interface ExplainJob {
  readonly kind: 'explain';
  /** A model.onnx that a run wrote. */
  readonly model: string;
  readonly file: string;
  /** The last one that has a map when absent. */
  readonly block?: string | undefined;
  /** Index of the class; the likeliest when absent. */
  readonly class?: number | undefined;
}

/** Which of the pictures that a network was trained on it sees as the nearest to a file. */
export interface NearestJob {
  readonly kind: 'nearest';
  readonly model: string;
  /** Where the training left their features. */
  readonly features: string;
  readonly file: string;
  readonly count: number;
  /** Left out: the picture itself. */
  readonly except: number | null;
}

export interface DescribeJob {
  readonly kind: 'describe';
}

/** A small training step on a device, against the processor's. */
export interface TryDeviceJob {
  readonly kind: 'tryDevice';
  readonly device: DeviceKind;
  /** The processor's step too, which nothing is chosen by. */
  readonly thorough: boolean;
}

/** How fast a runtime is at a recipe. */
export interface PaceRuntimeJob {
  readonly kind: 'paceRuntime';
  readonly backbone: BackboneFile;
  readonly recipe: RecipeName;
  readonly runtime: RuntimeName;
  /** ONNX Runtime's. */
  readonly device?: DeviceKind;
}

/** Runs the backbone on pictures and keeps what it says of them, on disk and in the process. */
export interface EmbedJob {
  readonly kind: 'embed';
  readonly backbone: BackboneFile;
  /** The project's feature cache. */
  readonly features: string;
  /** How many pictures the studio has had embedded before. */
  readonly rows: number;
  readonly pictures: readonly Pick<Example, 'imageId' | 'sha256' | 'path'>[];
}

/** What the questions to the embedded pictures have in common. */
interface Question {
  /** As `EmbedResult` named it. */
  readonly embedding: string;
  /** How many pictures the studio has had embedded. */
  readonly rows: number;
}

/** Labelled pictures: ids, and the class of each from 0 to `classes` - 1. */
export interface Labelled {
  readonly ids: Int32Array;
  readonly labels: Int32Array;
  readonly classes: number;
}

/** What every picture is, by a light classifier taught with the labelled ones. */
export interface SuggestJob extends Question {
  readonly kind: 'suggest';
  readonly labelled: Labelled;
}

/** Which of the candidates stand for most of the others that are unlike all that is labelled. */
export interface NextJob extends Question {
  readonly kind: 'next';
  readonly labelled: Int32Array;
  readonly candidates: Int32Array;
  /** How much each candidate matters to be stood for; null: all the same. */
  readonly weights: Float32Array | null;
  readonly count: number;
}

/** The pictures most like some others, of the project or a file. */
export interface SimilarJob extends Question {
  readonly kind: 'similar';
  readonly like: { readonly ids: readonly number[] } | { readonly file: string };
  readonly backbone: BackboneFile;
  readonly count: number;
}

/** A part of what copies are recognised by; the next review compares all that has come. */
export interface FingerprintsJob {
  readonly kind: 'fingerprints';
  /** Nothing has come before it: what is left of an earlier review is forgotten. */
  readonly isFirst: boolean;
  readonly ids: Int32Array;
  /** Of one picture after the other: see images/fingerprint.ts and images/placeholder.ts. */
  readonly cells: Uint8Array;
  readonly colours: Uint8Array;
}

/** Labels that are probably wrong, copies, and pictures unlike all others. */
export interface ReviewJob extends Question {
  readonly kind: 'review';
  readonly labelled: Labelled;
  /** So many have come. */
  readonly fingerprints: number;
}

/** Points on a map, by image id. */
export interface MapPoints {
  readonly ids: Int32Array;
  /** x and y of each, from -1 to 1. */
  readonly points: Float32Array;
  /** How many were projected: the others were placed among them. */
  readonly projected: number;
}

/** All pictures as points in a plane, so that likes lie together. */
export interface MapJob extends Question {
  readonly kind: 'map';
  /** Pictures that stay where they are, so that only the others are placed; null: all is drawn anew. */
  readonly known: MapPoints | null;
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

/** Reads a network from an ONNX file. */
export interface NetworkJob {
  readonly kind: 'network';
  readonly file: string;
  /** Files that came with it and lie elsewhere: its weights, or what says how it was fed. */
  readonly beside?: readonly string[];
  /** What the file may leave open. */
  readonly inputSize?: number;
  readonly mean?: readonly [number, number, number];
  readonly std?: readonly [number, number, number];
  /** Where it is kept as a backbone of this name; it is only looked at when absent. */
  readonly keep?: { readonly folder: string; readonly name: string };
}

export interface NetworkResult {
  /** Null when the file leaves it open and nobody said. */
  readonly inputSize: number | null;
  /** On values from 0 to 1; null when neither the file nor anybody says. */
  readonly normalisation: Pick<Preprocessing, 'mean' | 'std'> | null;
  readonly blocks: readonly string[];
}

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

export type Job =
  | AdviseJob
  | NetworkJob
  | TrainJob
  | MeasureJob
  | PredictJob
  | ExplainJob
  | NearestJob
  | DescribeJob
  | TryDeviceJob
  | PaceRuntimeJob
  | EmbedJob
  | SuggestJob
  | NextJob
  | SimilarJob
  | FingerprintsJob
  | ReviewJob
  | MapJob;

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

export interface PredictResult {
  readonly classes: readonly string[];
  readonly predictions: readonly { readonly path: string; readonly probabilities: Float32Array }[];
  readonly rejected: readonly { readonly path: string; readonly reason: string }[];
}

export interface NearestResult {
  /** The nearest first; `similarity` is the cosine of the features that the last layer sees. */
  readonly near: readonly { readonly id: number; readonly similarity: number }[];
}

export interface DescribeResult {
  readonly runtimes: readonly {
    readonly name: string;
    readonly version: string;
    readonly devices: readonly string[];
  }[];
}

export interface EmbedResult {
  /** Names the embedding: the backbone and the place of its features. */
  readonly embedding: string;
  /** Pictures that are embedded by now. */
  readonly rows: number;
  /** Pictures that cannot be read, or are not the ones they were. */
  readonly failed: readonly { readonly imageId: number; readonly reason: string }[];
}

/** In the order of the ids; all pictures that are embedded, the labelled ones too. */
export interface SuggestResult {
  readonly ids: Int32Array;
  readonly labels: Int32Array;
  /** Calibrated probability of the label. */
  readonly confidences: Float32Array;
  /** 1 - (p1 - p2) of the two likeliest labels. */
  readonly uncertainties: Float32Array;
}

export interface NextResult {
  readonly ids: readonly number[];
}

export interface SimilarResult {
  /** The likest first; `similarity` is the cosine of the features. */
  readonly near: readonly { readonly id: number; readonly similarity: number }[];
}

export interface ReviewResult {
  /** The least likely label first. */
  readonly labelIssues: readonly {
    readonly id: number;
    /** Class that the others' labels speak for, and its probability. */
    readonly suggested: number;
    readonly confidence: number;
    /** Probability of the given label. */
    readonly score: number;
  }[];
  /** Groups of copies, by image id. */
  readonly copies: readonly (readonly number[])[];
  /** The most outlying first, from 0. */
  readonly outliers: readonly { readonly id: number; readonly score: number }[];
}

/** Null: this process does not have the pictures (any more); embed them again. */
type Answer<T> = T | null;

/** Seconds a picture. */
export interface MeasureResult {
  readonly decode: number;
  readonly exact: number;
  readonly fast: number;
}

export interface JobResult {
  advise: AdviseResult;
  /** Null where nothing is frozen. */
  measure: MeasureResult | null;
  network: NetworkResult;
  train: TrainResult;
  predict: PredictResult;
  explain: Explanation;
  nearest: NearestResult;
  describe: DescribeResult;
  tryDevice: Device;
  /** Null where it is not there, or cannot run the network. */
  paceRuntime: RuntimePace | null;
  embed: Answer<EmbedResult>;
  suggest: Answer<SuggestResult>;
  next: Answer<NextResult>;
  similar: Answer<SimilarResult>;
  fingerprints: { readonly held: number };
  review: Answer<ReviewResult>;
  map: Answer<MapPoints>;
}

/** Sent while a training job runs. */
export type Progress =
  | {
      readonly kind: 'features';
      readonly done: number;
      readonly total: number;
      readonly secondsLeft: number | null;
    }
  /** The training proper begins: anew (no epochs), or after those that a checkpoint remembers. */
  | { readonly kind: 'begun'; readonly epochs: readonly Epoch[] }
  | { readonly kind: 'epoch'; readonly epoch: Epoch }
  /** The device failed: it goes on with this one. */
  | { readonly kind: 'device'; readonly device: DeviceKind; readonly note: string }
  /** Which library computes from now on, and what is to be said of it. */
  | { readonly kind: 'runtime'; readonly runtime: RuntimeName; readonly note: string | null }
  /** What comes between the features and the epochs. */
  | {
      readonly kind: 'phase';
      readonly phase: RunPhase;
      readonly done: number;
      readonly total: number;
    }
  /** Of a map that is being drawn. */
  | { readonly kind: 'map'; readonly done: number; readonly total: number }
  /** Said once, before the first step: how many pictures are computed at once, and why if not all. */
  | { readonly kind: 'memory'; readonly microBatch: number; readonly note: string | null };

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
  | {
      readonly id: number;
      readonly ended: EndState;
      readonly reason: string;
      readonly outOfMemory: boolean;
    };
