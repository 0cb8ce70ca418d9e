/** A worker thread of `Inspectors` (thumbnails.ts): inspects one picture after the other. */
import { parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import { toErrorReply } from '../../src-shared/errors.ts';
import { inspect } from './inspect.ts';
import type { InspectReply, InspectRequest } from './thumbnails.ts';

// Several pictures at once keep the cores busy; several threads per picture would only get in the way.
sharp.concurrency(1);

parentPort!.on('message', async ({ path, thumbnails }: InspectRequest) => {
  let reply: InspectReply;
  try {
    reply = { ok: true, inspection: await inspect(path, thumbnails) };
  } catch (error) {
    reply = { ok: false, error: toErrorReply(error) };
  }
  parentPort!.postMessage(reply);
});
