/** `node:fs/promises` came with Node 14, and `rm` in it. */
import { promises } from 'node:fs';

export const { mkdir, mkdtemp, readFile, writeFile } = promises;
export const rm = (path, options) => promises.rmdir(path, options);
