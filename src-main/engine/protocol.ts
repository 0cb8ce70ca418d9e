/** What the studio and the engine process say to each other. Structured-cloned, so arrays stay binary. */
import type { Device, DeviceKind } from '../../src-shared/devices.ts';
import type { Epoch, Explanation, RunPhase, RunState } from '../../src-shared/domain.ts';
import type { RuntimePace } from '../../src-shared/runtime-bench.ts';
import type { RuntimeName } from '../../src-shared/runtimes.ts';
import type { AdviseJob, AdviseResult } from './protocol/advise.ts';
import type {
  EmbedJob,
  EmbedResult,
  FingerprintsJob,
  MapJob,
  MapPoints,
  NextJob,
  NextResult,
  ReviewJob,
  ReviewResult,
  SimilarJob,
  SimilarResult,
  SuggestJob,
  SuggestResult,
} from './protocol/assist.ts';
import type {
  DescribeJob,
  DescribeResult,
  NetworkJob,
  NetworkResult,
  PaceRuntimeJob,
  TryDeviceJob,
} from './protocol/machine.ts';
import type {
  ExplainJob,
  NearestJob,
  NearestResult,
  PredictJob,
  PredictResult,
} from './protocol/model.ts';
import type { MeasureJob, MeasureResult, TrainJob, TrainResult } from './protocol/training.ts';

export type { Preprocessing } from '../images/pixels.ts';
export type * from './protocol/advise.ts';
export type * from './protocol/assist.ts';
export type * from './protocol/machine.ts';
export type * from './protocol/model.ts';
export type * from './protocol/pictures.ts';
export type * from './protocol/training.ts';

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

/** Null: this process does not have the pictures (any more); embed them again. */
type Answer<T> = T | null;

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
