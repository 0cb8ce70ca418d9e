/**
 * What gradients are multiplied by on their way through half precision, where small ones would be nothing and large
 * ones infinite: as large as goes. As torch.amp.GradScaler (Micikevicius et al. 2018, section 3.2).
 */
import type { Tensor } from '../graph/graph.ts';
import { float32 } from '../graph/tensor.ts';
import type { Weights } from './network.ts';

const first = 2 ** 16;
const [growth, backoff] = [2, 0.5];
/** It grows after so many steps without an infinite gradient. */
const patience = 2000;

/** What a checkpoint calls it: the scale, and how many steps it has gone well with. */
const name = 'loss_scale';

export class LossScale {
  #scale = first;
  #wentWell = 0;

  get now(): Tensor {
    return float32([], [this.#scale]);
  }

  /**
   * Takes the norm of a step's gradients.
   * @returns is it a number, and the step to be taken? If not, the next one is tried with half the scale
   */
  judges(norm: number): boolean {
    if (!Number.isFinite(norm)) {
      this.#scale *= backoff;
      this.#wentWell = 0;
      return false;
    }
    this.#wentWell++;
    if (this.#wentWell === patience) {
      this.#scale *= growth;
      this.#wentWell = 0;
    }
    return true;
  }

  get state(): Weights {
    return { [name]: float32([2], [this.#scale, this.#wentWell]) };
  }

  /** Goes on from what was kept; from its beginning, where that was trained without. */
  restore(kept: Weights): void {
    const [scale = first, wentWell = 0] = (kept[name]?.data ?? []) as Float32Array;
    this.#scale = scale;
    this.#wentWell = wentWell;
  }
}
