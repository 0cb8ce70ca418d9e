/** Sessions take seconds to open, and are asked for again and again: the last one stays open. */
import { stat } from 'node:fs/promises';
import { StudioError } from '../../../src-shared/errors.ts';
import type { Session } from '../runtimes/runtime.ts';

interface Kept {
  readonly session: Session;
}

export class KeptOpen<T extends Kept> {
  #current: { readonly key: string; readonly kept: T } | undefined;
  /** Ends with the last work asked for so far: one at a time, so that none closes another's session. */
  #previous: Promise<unknown> = Promise.resolve();

  /** Does the work with what `open` gave for this key, now or before. */
  use<R>(key: string, open: () => Promise<T>, work: (kept: T) => Promise<R>): Promise<R> {
    const result = this.#previous.then(async () => {
      if (this.#current?.key !== key) {
        await this.#current?.kept.session.close();
        this.#current = undefined;
        this.#current = { key, kept: await open() };
      }
      return work(this.#current.kept);
    });
    this.#previous = result.catch(() => undefined);
    return result;
  }
}

/** Names the very file: another one at the same path is another model. */
export async function modelKey(file: string): Promise<string> {
  const { mtimeMs, size } = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.message;
    throw new StudioError('not-found', `The model ${file} cannot be opened: ${why}.`, { cause });
  });
  return `${file} ${mtimeMs} ${size}`;
}
