/** A file that is on its way here: what has arrived of it lies on the disk, and is found again. */
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../src-shared/errors.ts';
import { hashFile } from '../images/inspect.ts';
import { requireRoom, writeReason } from '../images/room.ts';

/** What nobody has gone on with for so long is given up. */
const staleMs = 7 * 24 * 3600 * 1000;
/** A member is written in one go. */
const staleMemberMs = 10 * 60 * 1000;

export interface Announced {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * The part of this file in `folder`, with what arrived of it in earlier attempts.
 *
 * @param promised bytes that others will still write to the same disk.
 * @throws StudioError when the rest would fill the disk.
 */
export async function partFor(
  folder: string,
  announced: Announced,
  promised: number,
): Promise<UploadPart> {
  await mkdir(folder, { recursive: true });
  // The same bytes under two names may be on their way at the same time.
  const name = createHash('sha256').update(announced.name).digest('hex').slice(0, 16);
  const path = join(folder, `${announced.sha256}-${name}.part`);
  const file = await open(path, 'a');
  const { size } = await file.stat();
  // More than announced is none of it.
  if (size > announced.bytes) await file.truncate(0);
  await file.close();
  const received = size > announced.bytes ? 0 : size;
  await requireRoom(folder, announced.bytes - received + promised, announced.name);
  return new UploadPart(path, announced, received);
}

export class UploadPart {
  readonly path: string;
  readonly bytes: number;
  readonly #announced: Announced;
  #received: number;
  /** One write after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string, announced: Announced, received: number) {
    this.path = path;
    this.bytes = announced.bytes;
    this.#announced = announced;
    this.#received = received;
  }

  get received(): number {
    return this.#received;
  }

  isComplete(): boolean {
    return this.#received === this.bytes;
  }

  /**
   * Returns how much is here afterwards. A chunk that is here already, because the answer to it was lost,
   * changes nothing.
   */
  write(offset: number, chunk: Uint8Array): Promise<number> {
    const written = this.#last.then(() => this.#write(offset, chunk));
    this.#last = written.catch(() => undefined);
    return written;
  }

  /** Waits for what is being written. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** @throws StudioError when something is missing, or the bytes are not those that were announced. */
  async check(): Promise<void> {
    await this.settled();
    const { name, sha256 } = this.#announced;
    if (!this.isComplete()) {
      throw new StudioError(
        'refused',
        `${name} is not complete: ${this.#received} of ${this.bytes} bytes have arrived. Go on with the rest.`,
      );
    }
    await this.#use((file) => file.sync());
    if ((await hashFile(this.path)) !== sha256) {
      throw new StudioError('refused', `${name} was damaged on the way: upload it again.`);
    }
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }

  async #write(offset: number, chunk: Uint8Array): Promise<number> {
    const { name } = this.#announced;
    const end = offset + chunk.length;
    if (end <= this.#received) return this.#received;
    if (offset !== this.#received) {
      throw new StudioError(
        'refused',
        `A chunk of ${name} begins at byte ${offset}, but ${this.#received} bytes are here: go on from there.`,
      );
    }
    if (end > this.bytes) {
      throw new StudioError('refused', `${name} is longer than its announced ${this.bytes} bytes.`);
    }
    await this.#use(async (file) => {
      try {
        await file.writeFile(chunk);
      } catch (error) {
        await file.truncate(this.#received);
        throw new StudioError('refused', `${name} cannot be stored: ${writeReason(error)}.`, {
          cause: error,
        });
      }
    });
    this.#received = end;
    return end;
  }

  async #use(work: (file: FileHandle) => Promise<void>): Promise<void> {
    const file = await open(this.path, 'a');
    try {
      await work(file);
    } finally {
      await file.close();
    }
  }
}

/** Removes what was left behind: uploads that nobody goes on with, and members of archives half written. */
export async function cleanParts(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Null when it was finished meanwhile.
    const found = await stat(path).catch(() => null);
    if (!found) continue;
    const age = Date.now() - found.mtimeMs;
    if (age > (name.endsWith('.member') ? staleMemberMs : staleMs)) {
      await rm(path, { recursive: true, force: true });
    }
  }
}
