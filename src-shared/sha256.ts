import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** Up to this size the platform's own hash is fed the whole file, which is several times as fast. */
const platformsOwn = 64 * 1024 * 1024;

/** SHA-256 of a file, in hexadecimal; larger than `whole` bytes, it is read 8 MB at a time. */
export async function sha256Of(
  file: Blob,
  signal?: AbortSignal,
  whole = platformsOwn,
): Promise<string> {
  // `subtle` is there in secure contexts only, which a loopback address is and another may not be.
  if (file.size <= whole && globalThis.crypto?.subtle) {
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
    return bytesToHex(new Uint8Array(digest));
  }
  const hash = sha256.create();
  const step = 8 * 1024 * 1024;
  for (let start = 0; start < file.size; start += step) {
    signal?.throwIfAborted();
    hash.update(new Uint8Array(await file.slice(start, start + step).arrayBuffer()));
  }
  return bytesToHex(hash.digest());
}
