/** What the machine has, what it can do, and networks that it is given. */
import type { DeviceKind } from '../../../src-shared/devices.ts';
import type { RecipeName } from '../../../src-shared/recipes.ts';
import type { RuntimeName } from '../../../src-shared/runtimes.ts';
import type { Preprocessing } from '../../images/pixels.ts';
import type { BackboneFile } from './pictures.ts';

export interface DescribeJob {
  readonly kind: 'describe';
}

export interface DescribeResult {
  readonly runtimes: readonly {
    readonly name: string;
    readonly version: string;
    readonly devices: readonly string[];
  }[];
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
