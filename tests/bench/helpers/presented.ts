/** When Chromium showed what a key has changed: its own account of it, to the last step on the way to the screen. */
import type { Browser } from 'playwright';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly id2?: { readonly local?: string };
  readonly args: { readonly event_latency?: { readonly event_type?: string } };
}

/**
 * What `work` gave, and for every key that was pressed meanwhile and drew something the milliseconds from its coming to the
 * browser until the frame with it was handed to the screen.
 */
export async function presented<T>(
  browser: Browser,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly keys: readonly number[] }> {
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    // The protocol does not say what an event is made of.
    events.push(...(value as unknown as TraceEvent[]));
  });
  const ended = new Promise<void>((resolve) =>
    session.on('Tracing.tracingComplete', () => resolve()),
  );
  // This category has little but what is wanted, and so costs little.
  const traceConfig = { includedCategories: ['input.scrolling'] };
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
  const result = await work();
  await session.send('Tracing.end');
  await ended;
  await session.detach();
  return { result, keys: latencies(events) };
}

function latencies(events: readonly TraceEvent[]): number[] {
  const began = new Map<string, number>();
  const keys: number[] = [];
  const own = events.filter(({ name }) => name === 'EventLatency');
  for (const { ph, pid, ts, id2, args } of own.toSorted((a, b) => a.ts - b.ts)) {
    const id = `${pid} ${id2?.local}`;
    const since = began.get(id);
    if (ph === 'b' && args.event_latency?.event_type === 'KEY_PRESSED') began.set(id, ts);
    else if (since !== undefined) {
      keys.push((ts - since) / 1000);
      began.delete(id);
    }
  }
  return keys;
}
