/** `node:stream/promises` came with Node 15. */
import { pipeline as called } from 'node:stream';
import { promisify } from 'node:util';

export const pipeline = promisify(called);
