import type { Features } from './features.ts';

/** The features of each batch of examples in turn, the next batch in the making while one is used. */
export async function* batchesAhead(
  features: Features,
  batches: readonly (readonly number[])[],
): AsyncGenerator<Float32Array, void, void> {
  yield* ahead(batches, 2, async (batch) => features.gather(batch));
}

/**
 * Items in as few groups of at most `size` as can be, as equal as can be: a last batch of one or two
 * pictures would count as much as a whole one, and say little about means and variances.
 */
export function inBatches<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  const from = (batch: number) => Math.round((batch * items.length) / count);
  return Array.from({ length: count }, (_, i) => items.slice(from(i), from(i + 1)));
}

/**
 * Does `work` on the items, several at a time, beginning at once, and yields the results in the items'
 * order. At most `limit` are begun and not yet taken, so what waits is bounded however slow the consumer is.
 */
export function ahead<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, void> {
  const begun: Promise<R>[] = [];
  let next = 0;
  const begin = () => {
    while (next < items.length && begun.length < limit) {
      const result = work(items[next++]!);
      // A failure is met when its turn comes; until then it must not count as unhandled.
      result.catch(() => undefined);
      begun.push(result);
    }
  };
  begin();
  return (async function* () {
    while (begun.length > 0) {
      yield await begun.shift()!;
      begin();
    }
  })();
}
