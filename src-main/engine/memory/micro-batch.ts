/** How many pictures to compute at once, so that a run fits into the memory there is. */
import { recipes, type TrainSettings } from '../../../src-shared/recipes.ts';
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
  const isWhole = recipes[task.recipe].unused.includes('microBatch');
  const { batchSize, microBatch: wanted } = task.settings;
  const available = share * free;
  const wholeBytes = estimate(batchSize);
  let microBatch = isWhole ? batchSize : Math.min(wanted || batchSize, batchSize, most);
  let bytes = estimate(microBatch);
  while (!isWhole && wanted === 0 && bytes > available && microBatch > 1) {
    microBatch = Math.ceil(microBatch / 2);
    bytes = estimate(microBatch);
  }
  return { microBatch, bytes, wholeBytes, available };
}

/** What a person should know of it, if anything. */
export function memoryNote(
  { microBatch, bytes, wholeBytes, available }: MemoryPlan,
  { batchSize, microBatch: wanted }: TrainSettings,
): string | null {
  if (bytes > available) {
    const much = `Needs about ${gigabytes(bytes)} of memory where ${gigabytes(available)} are free`;
    return `${much}, even with ${pictures(microBatch)} at a time: it may fail, or be slow.`;
  }
  if (microBatch === batchSize || wanted > 0) return null;
  const why = `whole batches of ${batchSize} would need about ${gigabytes(wholeBytes)} of memory`;
  return `Computed ${pictures(microBatch)} at a time, since ${why} and ${gigabytes(available)} are free.`;
}

const pictures = (count: number) => (count === 1 ? '1 picture' : `${count} pictures`);
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
