import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  chosenFiles,
  mayHaveFolders,
  titleOf,
  typedPath,
} from '../../src-renderer/sources/sources.ts';
import { type Studio, uploadChunkBytes } from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { importRoots } from '../../src-shared/import-roots.ts';
import { sha256Of } from '../../src-shared/sha256.ts';
import { type UploadOptions, upload } from '../../src-shared/upload.ts';
import { studioWithProject } from '../helpers/studio.ts';

const picked = (name: string, content: Uint8Array<ArrayBuffer>) => ({
  name,
  file: new File([content], name.split('/').at(-1)!),
});
/** Random, but for what makes the studio take it for a JPEG. */
const bytes = (length: number) => {
  const content = new Uint8Array(randomBytes(length));
  content.set([0xff, 0xd8, 0xff, 0xe0].slice(0, length));
  return content;
};
const hash = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

describe('upload', () => {
  let studio: Studio;
  let folder: string;
  beforeEach(async () => {
    ({ studio, folder } = await studioWithProject());
  });

  const options = (more: Partial<UploadOptions> = {}): UploadOptions => ({
    purpose: 'import',
    call: (name, input) => studio.call(name, input),
    connected: async () => {},
    ...more,
  });

  it('brings files of one and of several chunks, also of the same name, whole and into their folders', async () => {
    const contents = [bytes(2 * uploadChunkBytes + 17), bytes(10)];
    const files = ['pond/frogs/1.jpg', 'pond/fish/1.jpg'].map((name, index) =>
      picked(name, contents[index]!),
    );
    const seen: number[] = [];
    const { uploaded, rejected } = await upload(
      files,
      options({ onProgress: (progress) => seen.push(progress.bytes) }),
    );
    expect(rejected).toEqual([]);
    for (const [index, { name }] of files.entries()) {
      const { path } = uploaded.find((one) => one.name === name)!;
      expect(path.endsWith(name)).toBe(true);
      expect(hash(await readFile(path))).toBe(hash(contents[index]!));
    }
    expect(seen.at(-1)).toBe(2 * uploadChunkBytes + 27);
    expect(importRoots(uploaded)).toEqual([join(folder, 'images', 'pond')]);
  });

  it('goes on after lost connections, without sending again what has arrived', async () => {
    const content = bytes(4 * uploadChunkBytes);
    let writes = 0;
    let waits = 0;
    const { uploaded } = await upload(
      [picked('large.jpg', content)],
      options({
        call: async (name, input) => {
          if (name === 'uploads.write' && ++writes === 3)
            throw new StudioError('unavailable', 'The connection was lost.');
          const answer = await studio.call(name, input);
          // This time the answer is lost, not the question.
          if (name === 'uploads.write' && writes === 4)
            throw new StudioError('unavailable', 'The connection was lost.');
          return answer;
        },
        connected: async () => {
          waits++;
        },
      }),
    );
    expect(hash(await readFile(uploaded[0]!.path))).toBe(hash(content));
    expect(waits).toBe(2);
    expect(writes).toBe(5);
  });

  it('lists a file that is refused, and the others go on', async () => {
    const { uploaded, rejected } = await upload(
      [
        picked('../../outside.jpg', bytes(30)),
        picked('empty.jpg', new Uint8Array(0)),
        picked('inside.jpg', bytes(30)),
      ],
      options(),
    );
    expect(uploaded.map(({ name }) => name)).toEqual(['inside.jpg']);
    expect(rejected.map(({ path }) => path).sort()).toEqual(['../../outside.jpg', 'empty.jpg']);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const sending = upload(
      [picked('large.jpg', bytes(6 * uploadChunkBytes)), picked('next.jpg', bytes(5))],
      options({ signal: stop.signal, atOnce: 1, onProgress: () => stop.abort() }),
    );
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('sha256Of', () => {
  it('agrees with Node, for a file that is hashed whole and for one that is hashed in steps', async () => {
    for (const length of [0, 1000, 2 ** 20 + 1]) {
      const content = bytes(length);
      expect(await sha256Of(new Blob([content]))).toBe(hash(content));
      expect(await sha256Of(new Blob([content]), undefined, 0)).toBe(hash(content));
    }
  });
});

describe('sources', () => {
  it('finds the folder of every upload, and lets files that were stored elsewhere stand alone', () => {
    expect(
      importRoots([
        { name: 'pond/a/1.jpg', path: '/p/images/pond/a/1.jpg' },
        { name: 'pond/b/2.jpg', path: '/p/images/pond/b/2.jpg' },
        { name: 'pond/b/3.jpg', path: '/p/images/pond/b/3 2.jpg' },
        { name: 'single.jpg', path: '/p/images/single.jpg' },
        { name: 'birds.zip', path: '/p/images/birds' },
      ]),
    ).toEqual([
      '/p/images/pond',
      '/p/images/pond/b/3 2.jpg',
      '/p/images/single.jpg',
      '/p/images/birds',
    ]);
    expect(importRoots([{ name: 'pond/a/1.jpg', path: 'C:\\p\\images\\pond\\a\\1.jpg' }])).toEqual([
      'C:\\p\\images\\pond',
    ]);
  });

  it('names a project after what was picked', () => {
    expect(titleOf(typedPath('/home/me/pond/'))).toBe('pond');
    expect(titleOf({ kind: 'files', files: [picked('pond/a/1.jpg', bytes(1))] })).toBe('pond');
    expect(titleOf({ kind: 'files', files: [picked('birds.zip', bytes(1))] })).toBe('birds.zip');
    expect(titleOf({ kind: 'files', files: [picked('1.jpg', bytes(1))] })).toBe('Pictures');
  });

  it('knows where folder names may be labels', () => {
    expect(mayHaveFolders(typedPath('/home/me/pond'))).toBe(true);
    expect(mayHaveFolders(typedPath('/home/me/1.jpg'))).toBe(false);
    expect(mayHaveFolders(typedPath('/home/me/birds.tar.gz'))).toBe(true);
    expect(mayHaveFolders({ kind: 'files', files: [picked('1.jpg', bytes(1))] })).toBe(false);
  });

  it('leaves out what systems leave in folders', () => {
    const list = ['pond/1.jpg', 'pond/.DS_Store', 'pond/__MACOSX/1.jpg'].map((name) =>
      Object.assign(new File([], name.split('/').at(-1)!), { webkitRelativePath: name }),
    );
    const sources = chosenFiles(list as unknown as FileList);
    expect(sources.kind === 'files' && sources.files.map(({ name }) => name)).toEqual([
      'pond/1.jpg',
    ]);
  });
});
