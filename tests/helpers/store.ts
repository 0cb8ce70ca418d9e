import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FoundImage } from '../../src-main/store/images.ts';
import { openStore, type Store } from '../../src-main/store/store.ts';
import { temporaryFolder } from './folders.ts';

/** A picture that was never there: the store keeps rows and reads no files. */
export function foundImage(path: string, of: Partial<FoundImage> = {}): FoundImage {
  return {
    path,
    sha256: createHash('sha256').update(path).digest('hex'),
    width: 40,
    height: 30,
    bytes: 1000,
    modifiedMs: 1_700_000_000_000.25,
    placeholder: new Uint8Array(48),
    ...of,
  };
}

/** Adds images with these paths; returns their ids. */
export function addImages(store: Store, paths: readonly string[]): number[] {
  return store.transaction(() => paths.map((path) => store.images.add(foundImage(path)).id));
}

/** A new store, closed and removed when the running test ends. */
export async function newStore(): Promise<{ path: string; store: Store }> {
  const path = join(await temporaryFolder(), 'studio.db');
  const store = openStore(path, { create: true });
  onTestFinished(() => store.close());
  return { path, store };
}

/** Closes a store and opens it again, as after a restart. */
export function reopen(path: string, store: Store): Store {
  store.close();
  const again = openStore(path, { create: false });
  onTestFinished(() => again.close());
  return again;
}
