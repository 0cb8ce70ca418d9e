/**
 * Does `work` on the items, several at a time, and yields the results in the items' order. At most
 * `limit` are begun and not yet taken, so what waits is bounded however slow the consumer is.
 */
export async function* ahead<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, void> {
  const begun: Promise<R>[] = [];
  for (let next = 0; next < items.length || begun.length > 0; ) {
    while (next < items.length && begun.length < limit) {
      const result = work(items[next++]!);
      // A failure is met when its turn comes; until then it must not count as unhandled.
      result.catch(() => undefined);
      begun.push(result);
    }
    yield await begun.shift()!;
  }
}
