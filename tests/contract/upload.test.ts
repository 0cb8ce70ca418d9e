/** An upload over a line that breaks, into a real project. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createStudio } from '../../src-main/studio/studio.ts';
import { openWebDoor } from '../../src-main/web/door.ts';
import { remoteStudio } from '../../src-shared/remote-studio.ts';
import { upload } from '../../src-shared/upload.ts';
import { tcpProxy } from '../helpers/tcp-proxy.ts';

it('goes on where it was each time the line is back, and what arrives is whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-test-'));
  const oldHome = process.env.GRAFT_HOME;
  process.env.GRAFT_HOME = join(folder, 'home');
  const studio = createStudio();
  await studio.call('project.create', { path: join(folder, 'project') });
  const door = await openWebDoor(studio, { rendererDir: null });
  const proxy = await tcpProxy(door.port);
  const remote = remoteStudio(`http://127.0.0.1:${proxy.port}/?token=${door.token}`);
  try {
    await remote.ready;
    const files = [0, 1, 2].map((index) => {
      const content = new Uint8Array(randomBytes(5 * 2 ** 20 + 1 + index));
      // Enough of a JPEG to be taken for one.
      content.set([0xff, 0xd8, 0xff, 0xe0]);
      return { name: `pond/${index}.jpg`, file: new Blob([content]), content };
    });
    let cuts = 0;
    let calls = 0;
    const { uploaded, rejected } = await upload(files, {
      purpose: 'import',
      atOnce: 2,
      connected: async () => {},
      call: (name, input) => {
        calls += 1;
        return remote.call(name, input);
      },
      onProgress: ({ bytes }) => {
        if (bytes < (cuts + 1) * 4 * 2 ** 20) return;
        cuts += 1;
        proxy.cut();
        setTimeout(() => proxy.mend(), 50);
      },
    });
    expect(rejected).toEqual([]);
    expect(cuts).toBeGreaterThanOrEqual(3);
    // 6 chunks, a beginning and an end for each of the three: nothing was begun from the start again.
    expect(calls).toBe(3 * (6 + 2));
    for (const { name, content } of files) {
      const there = uploaded.find((file) => file.name === name)!.path;
      const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
      expect(hash(await readFile(there))).toBe(hash(content));
    }
  } finally {
    await remote.close();
    await proxy.close();
    await door.close();
    await studio.close();
    if (oldHome === undefined) delete process.env.GRAFT_HOME;
    else process.env.GRAFT_HOME = oldHome;
    await rm(folder, { recursive: true });
  }
});
