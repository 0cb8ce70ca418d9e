/** Sending files to a studio on another machine: from a page (File) and from a terminal (fs.openAsBlob). */
import type { CallInput, CallName, CallOutput } from './contract.ts';
import { uploadChunkBytes } from './contract.ts';
import type { Rejection } from './domain.ts';
import { StudioError } from './errors.ts';
import { sha256Of } from './sha256.ts';

export interface NamedFile {
  readonly file: Blob;
  /** With the folders above it, as far as they were picked too: `pond/frogs/1.jpg`. */
  readonly name: string;
}

export interface UploadOptions {
  readonly purpose: CallInput<'uploads.begin'>['purpose'];
  readonly call: <N extends CallName>(name: N, input: CallInput<N>) => Promise<CallOutput<N>>;
  /** Resolves when the studio can be reached (again). */
  readonly connected: () => Promise<void>;
  readonly onProgress?: (progress: UploadProgress) => void;
  readonly signal?: AbortSignal;
  /** When it is stopped, leave what is over there, for a later attempt to go on with. */
  readonly keepParts?: boolean;
  /** How many files are on their way at once. */
  readonly atOnce?: number;
}

export interface UploadProgress {
  readonly files: number;
  readonly bytes: number;
}

export interface Uploaded {
  readonly name: string;
  /** Where it lies on the studio's machine: a file, or the folder that an archive went into. */
  readonly path: string;
}

export interface UploadResult {
  readonly uploaded: readonly Uploaded[];
  readonly rejected: readonly Rejection[];
}

/**
 * Sends files to the studio, several at a time. After a lost connection each goes on where it was. A file
 * that is refused is listed and the others go on.
 * @throws the signal's reason when it is aborted.
 */
export async function upload(
  files: readonly NamedFile[],
  options: UploadOptions,
): Promise<UploadResult> {
  const { signal, onProgress } = options;
  const uploaded = new Map<NamedFile, Uploaded>();
  const rejected: Rejection[] = [];
  const waiting = files.values();
  /** Bytes of each file that are over there. */
  const sent = new Map<NamedFile, number>();
  let done = 0;

  function tell(file: NamedFile, bytes: number): void {
    sent.set(file, bytes);
    onProgress?.({ files: done, bytes: [...sent.values()].reduce((sum, some) => sum + some, 0) });
  }

  async function worker(): Promise<void> {
    for (const file of waiting) {
      signal?.throwIfAborted();
      try {
        const { path, rejected: members } = await one(file, options, (bytes) => tell(file, bytes));
        uploaded.set(file, { name: file.name, path });
        rejected.push(...members);
      } catch (error) {
        signal?.throwIfAborted();
        rejected.push({ path: file.name, reason: reasonOf(error) });
      }
      done++;
      tell(file, file.file.size);
    }
  }

  await Promise.all(Array.from({ length: options.atOnce ?? 4 }, worker));
  // In the order in which they were given, not in which they arrived.
  return { uploaded: files.flatMap((file) => uploaded.get(file) ?? []), rejected };
}

async function one(
  { file, name }: NamedFile,
  options: UploadOptions,
  onBytes: (bytes: number) => void,
): Promise<CallOutput<'uploads.finish'>> {
  const { call, connected, purpose, signal } = options;
  const sha256 = await sha256Of(file, signal);
  for (;;) {
    try {
      // How much is over there already, of this attempt or of an earlier one.
      let { uploadId, received } = await call('uploads.begin', {
        name,
        bytes: file.size,
        sha256,
        purpose,
      });
      while (received < file.size) {
        if (signal?.aborted) {
          if (!options.keepParts) await call('uploads.abandon', { uploadId });
          signal.throwIfAborted();
        }
        const chunk = file.slice(received, received + uploadChunkBytes);
        const base64 = toBase64(new Uint8Array(await chunk.arrayBuffer()));
        ({ received } = await call('uploads.write', { uploadId, offset: received, base64 }));
        onBytes(received);
      }
      return await call('uploads.finish', { uploadId });
    } catch (error) {
      if (!(error instanceof StudioError) || error.code !== 'unavailable') throw error;
      signal?.throwIfAborted();
      await connected();
    }
  }
}

/** In pieces: `String.fromCharCode` takes no more than some tens of thousands of arguments. */
function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 0x8000)
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(text);
}

function reasonOf(error: unknown): string {
  // The browser's words for a file that was changed or taken away since it was picked.
  if (error instanceof DOMException && error.name === 'NotReadableError')
    return 'The file could not be read. Was it moved or changed since it was chosen?';
  return error instanceof Error ? error.message : String(error);
}
