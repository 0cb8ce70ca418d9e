/** `node:fs/promises` came with Node 14. */
import { promises } from 'node:fs';

export const { mkdir, readFile, writeFile } = promises;
