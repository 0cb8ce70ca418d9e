/** How many pictures to compute at once, so that a run fits into the memory there is. */
import { estimateMemory, type MemoryTask } from './estimate.ts';

export interface MemoryPlan {
  readonly microBatch: number;
  /** Estimated peak with it. */
  readonly bytes: number;
  /** The same for whole batches. */
  readonly wholeBytes: number;
  /** What may be used. */
  readonly available: number;
}

/** The system and other programs keep the rest. */
const share = 0.85;

/**
 * The whole batch if it fits, else half of it, a quarter, … down to a single picture. What the person has
 * set is taken as it is.
 *
 * @param free bytes that this process could have in all
 * @param most as many as proved too many are not tried again
 */
export function planMemory(
  task: MemoryTask,
  free: number,
  most: number = Number.POSITIVE_INFINITY,
): MemoryPlan {
  const estimate = estimateMemory(task);
  const { batchSize, microBatch: wanted } = task.settings;
  const available = share * free;
  const wholeBytes = estimate(batchSize);
  let microBatch = Math.min(wanted || batchSize, batchSize, most);
  let bytes = estimate(microBatch);
  while (wanted === 0 && bytes > available && microBatch > 1) {
    microBatch = Math.ceil(microBatch / 2);
    bytes = estimate(microBatch);
  }
  return { microBatch, bytes, wholeBytes, available };
}
