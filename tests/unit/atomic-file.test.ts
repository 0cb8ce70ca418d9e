import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replaceFile } from '../../src-main/atomic-file.ts';
import { temporaryFolder } from '../helpers/folders.ts';

describe('replacing a file', () => {
  it('puts the new one in the place of the old one and leaves nothing beside it', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.txt');
    for (const text of ['first', 'second'])
      await replaceFile(path, (temporary) => writeFile(temporary, text));
    expect(await readFile(path, 'utf8')).toBe('second');
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('leaves the old one as it was while the new one is written, and when that fails', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.txt');
    await writeFile(path, 'old');
    const replacing = replaceFile(path, async (temporary) => {
      await writeFile(temporary, 'ne');
      expect(await readFile(path, 'utf8')).toBe('old');
      throw new Error('the disk is full');
    });
    await expect(replacing).rejects.toThrow('the disk is full');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.txt']);
  });
});
