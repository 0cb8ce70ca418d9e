/** What can run a graph. The rest of the engine knows no library by name. */
import type { DeviceKind } from '../../../src-shared/devices.ts';
import type { RuntimeName } from '../../../src-shared/runtimes.ts';
import type { Graph, Tensor, ValueInfo } from '../graph/graph.ts';
import type { Trainer, TrainerOptions } from '../training/trainer.ts';

export interface SessionOptions {
  /** Threads inside one operator; the runtime's own choice when absent. */
  readonly threads?: number;
  /** Outputs that stay in the memory of the device; without effect on the processor. */
  readonly stays?: readonly string[];
  /** Runs will mostly say where all their outputs go. */
  readonly inPlace?: boolean;
  /**
   * Runs begin sooner and take the memory of the weights once, where matrices are otherwise rearranged when
   * the session opens; what has few rows then takes longer.
   */
  readonly asTheyLie?: boolean;
  /** A file's name without its end: a profile of all runs is written there when the session is closed. */
  readonly profile?: string;
}

/** A tensor in the memory of a device, where an output of a session was left. */
export interface DeviceTensor extends Pick<ValueInfo, 'type' | 'dims'> {
  /** What the runtime knows it by. */
  readonly handle: unknown;
  /** Gives its memory back; it cannot be fed after that. */
  release(): void;
}

export type Value = Tensor | DeviceTensor;
export type Tensors = Readonly<Record<string, Tensor>>;
export type Values = Readonly<Record<string, Value>>;

export const isHere = (value: Value): value is Tensor => 'data' in value;

/** For `Session.run`: throws when one of the outputs stays on the device. */
export function allHere(values: Record<string, Value>): Record<string, Tensor> {
  for (const [name, value] of Object.entries(values)) {
    if (!isHere(value)) throw new Error(`the output "${name}" stays on the device`);
  }
  return values as Record<string, Tensor>;
}

export interface Session {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /**
   * Runs the graph once. Arrays are handed over and back without copying, so a result may be fed again.
   *
   * @param fetches names of the outputs that are wanted, none of which stays on the device; all of them when absent.
   * @param into tensors that take the outputs of the same name: their arrays are written in place and
   *   nothing is allocated. None may share memory with a feed.
   */
  run(feeds: Values, fetches?: readonly string[], into?: Tensors): Promise<Record<string, Tensor>>;
  /** The same, where outputs may stay. */
  runThere(
    feeds: Values,
    fetches?: readonly string[],
    into?: Tensors,
  ): Promise<Record<string, Value>>;
  close(): Promise<void>;
}

export interface Runtime {
  readonly name: RuntimeName;
  readonly device: DeviceKind;
  /** Do its tensors lie elsewhere than in arrays, so that what is used again is best brought there once? */
  readonly apart: boolean;
  /** Does it convolve pixel by pixel, so that what makes matrix products of it is quicker (see quickForward)? */
  readonly convolvesDirectly: boolean;
  /** Throws a StudioError when the runtime refuses the graph, a DeviceFailed when the device is not there. */
  open(graph: Graph, options?: SessionOptions): Promise<Session>;
  /** Where it takes gradients itself. Throws as `open` does. */
  readonly trainer?: (options: TrainerOptions) => Promise<Trainer>;
}

/** A runtime other than ONNX Runtime did not do what was asked of it. */
export class RuntimeFailed extends Error {
  override name = 'RuntimeFailed';
  readonly runtime: RuntimeName;

  constructor(runtime: RuntimeName, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.runtime = runtime;
  }
}

/** A device other than the processor did not do what was asked of it. */
export class DeviceFailed extends Error {
  override name = 'DeviceFailed';
  readonly device: DeviceKind;

  constructor(device: DeviceKind, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.device = device;
  }
}
