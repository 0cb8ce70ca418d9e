/** Running a training step by hand: what the training loop does, without the loop. */
import { onTestFinished } from 'vitest';
import type { ParameterSlot, StepGraph } from '../../src-main/engine/autodiff/step.ts';
import type { Graph, Tensor } from '../../src-main/engine/graph/graph.ts';
import { laid } from '../../src-main/engine/graph/layout.ts';
import { float32, int64, size } from '../../src-main/engine/graph/tensor.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import type { Session } from '../../src-main/engine/runtimes/runtime.ts';

/** A session that is closed when the running test ends. */
export async function opened(graph: Graph): Promise<Session> {
  const session = await onnxruntime.open(graph, { threads: 1 });
  onTestFinished(() => session.close());
  return session;
}

const zeros = (dims: readonly number[]) => float32(dims, new Float32Array(size(dims)));

/** The parameters as the forward graph has them, and the optimizer's state at its beginning. */
export function firstState(
  forward: Graph,
  slots: readonly ParameterSlot[],
): Record<string, Tensor> {
  return Object.fromEntries(
    slots.flatMap((slot) => [
      [slot.name, laid(forward.initializers.get(slot.name)!, 'channels-first', slot.layout)],
      ...slot.state.map((name) => [name, zeros(slot.dims)] as const),
    ]),
  );
}

export interface Batch {
  readonly input: Tensor;
  readonly labels: readonly number[];
  readonly mask?: Tensor;
}

export interface Rates {
  readonly head: number;
  readonly backbone: number;
}

/** A step graph with its parameters and state: `step` moves them on and answers the loss before. */
export class Trainer {
  readonly #session: Session;
  readonly #step: StepGraph;
  state: Record<string, Tensor>;
  #count = 0;

  private constructor(session: Session, step: StepGraph, state: Record<string, Tensor>) {
    this.#session = session;
    this.#step = step;
    this.state = state;
  }

  static async of(forward: Graph, step: StepGraph): Promise<Trainer> {
    return new Trainer(await opened(step.graph), step, firstState(forward, step.slots));
  }

  run(batch: Batch, rates: Rates, fetches?: readonly string[]): Promise<Record<string, Tensor>> {
    return this.#session.run(
      {
        ...this.state,
        [this.#step.graph.inputs[0]!.name]: batch.input,
        labels: int64([batch.labels.length], batch.labels),
        learning_rate: float32([], [rates.head]),
        backbone_learning_rate: float32([], [rates.backbone]),
        step: float32([], [this.#count + 1]),
        ...(batch.mask && { dropout_mask: batch.mask }),
      },
      fetches,
    );
  }

  async step(batch: Batch, rates: Rates): Promise<number> {
    const results = await this.run(batch, rates);
    this.#count++;
    this.state = Object.fromEntries(
      Object.keys(this.state).map((name) => [name, results[`${name}:next`]!]),
    );
    return Number(results.loss!.data[0]);
  }
}
