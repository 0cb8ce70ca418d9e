/** The recent events, numbered, for those who were away for a moment. */
import type { StudioEvent } from '../../src-shared/contract.ts';

/** An event with its number, as the frame that every client gets. */
export interface Entry {
  readonly seq: number;
  readonly frame: string;
}

export interface Journal {
  /** The number of the latest event; 0 before the first. */
  readonly seq: number;
  append(event: StudioEvent): Entry;
  /** All events after `seq`, or null when some of them are forgotten (or never were). */
  after(seq: number): readonly Entry[] | null;
}

/** Keeps the latest `count` events, fewer when they are longer than `characters` together. */
export function createJournal(count = 4096, characters = 16 * 2 ** 20): Journal {
  const entries: Entry[] = [];
  let seq = 0;
  let held = 0;
  return {
    get seq() {
      return seq;
    },
    append(event) {
      seq += 1;
      const entry = { seq, frame: JSON.stringify({ type: 'event', seq, event }) };
      entries.push(entry);
      held += entry.frame.length;
      while (entries.length > count || (held > characters && entries.length > 1)) {
        held -= entries.shift()!.frame.length;
      }
      return entry;
    },
    after(since) {
      if (since > seq || since < seq - entries.length) return null;
      return entries.slice(entries.length - (seq - since));
    },
  };
}
