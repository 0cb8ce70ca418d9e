/** A thread of `readers.ts`: reads one file after the other. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { reduceJpeg } from './jpeg.ts';
import type { ReaderReply, ReaderTask } from './readers.ts';

parentPort!.on('message', ({ path, side }: ReaderTask) => {
  const answer = (reply: ReaderReply, ...moved: ArrayBuffer[]) =>
    parentPort!.postMessage(reply, moved);
  try {
    const file = readFileSync(path);
    if (side === null) answer(createHash('sha256').update(file).digest('hex'));
    else {
      const rgb = reduceJpeg(file, side, 'cover')?.data as Uint8Array<ArrayBuffer> | undefined;
      if (rgb) answer(rgb, rgb.buffer);
      else answer(null);
    }
  } catch {
    answer(null);
  }
});
