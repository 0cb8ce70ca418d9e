import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkHash, downloadFile } from '../../src-main/studio/download.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const content = randomBytes(300_000);

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.pth`;
}

/** Serves ranges, and notes which were asked for. */
function fileServer(ranges: (string | undefined)[]): RequestListener {
  return (request, response) => {
    ranges.push(request.headers.range);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from >= content.length) return response.writeHead(416).end();
    const headers = { 'content-length': content.length - from };
    const range = `bytes ${from}-${content.length - 1}/${content.length}`;
    response.writeHead(from ? 206 : 200, from ? { ...headers, 'content-range': range } : headers);
    return response.end(content.subarray(from));
  };
}

const target = async () => join(await temporaryFolder(), 'weights.part');

describe('a download', () => {
  it('brings the file and counts its bytes', async () => {
    const url = await serve(fileServer([]));
    const path = await target();
    const seen: [number, number | null][] = [];
    await downloadFile(url, path, {
      onProgress: (received, total) => seen.push([received, total]),
    });
    expect(await readFile(path)).toEqual(content);
    expect(seen[0]).toEqual([0, content.length]);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
  });

  it('goes on where a broken one ended', async () => {
    const ranges: (string | undefined)[] = [];
    const whole = fileServer(ranges);
    let isFirst = true;
    const url = await serve((request, response) => {
      if (!isFirst) return whole(request, response);
      isFirst = false;
      response.writeHead(200, { 'content-length': content.length });
      return response.write(content.subarray(0, 100_000), () =>
        setTimeout(() => response.destroy(), 50),
      );
    });
    const path = await target();
    await expect(downloadFile(url, path)).rejects.toThrow(/127\.0\.0\.1:\d+ cannot be reached/);
    const { length } = await readFile(path);
    expect(length).toBeGreaterThan(0);

    const seen: number[] = [];
    await downloadFile(url, path, { onProgress: (received) => seen.push(received) });
    expect(ranges).toEqual([`bytes=${length}-`]);
    expect(seen[0]).toBe(length);
    expect(await readFile(path)).toEqual(content);
  });

  it('is over when all of it was here', async () => {
    const url = await serve(fileServer([]));
    const path = await target();
    await writeFile(path, content);
    await downloadFile(url, path);
    expect(await readFile(path)).toEqual(content);
  });

  it('begins anew with a server that knows no ranges', async () => {
    const url = await serve((_, response) => response.end(content));
    const path = await target();
    await writeFile(path, 'something else');
    await downloadFile(url, path);
    expect(await readFile(path)).toEqual(content);
  });

  it('can be cancelled, and keeps what came', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 100_000));
    });
    const path = await target();
    const controller = new AbortController();
    const download = downloadFile(url, path, {
      signal: controller.signal,
      onProgress: (received) => received >= 50_000 && controller.abort(),
    });
    await expect(download).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });

  it('that cannot be had says why', async () => {
    const missing = await serve((_, response) => response.writeHead(404).end());
    await expect(downloadFile(missing, await target())).rejects.toThrow(
      'weights.pth cannot be downloaded: the server answers 404 Not Found.',
    );
    const gone = await serve(() => {});
    const nowhere = gone.replace(/:\d+/, ':1');
    await expect(downloadFile(nowhere, await target())).rejects.toThrow(
      '127.0.0.1:1 cannot be reached',
    );
  });
});

it('is kept when its hash begins as it should, and removed when not', async () => {
  const path = await target();
  await writeFile(path, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  await checkHash(path, sha256.slice(0, 8), 'the server');
  expect(existsSync(path)).toBe(true);
  await expect(checkHash(path, '00000000', 'the server')).rejects.toThrow(
    'What came from the server is not what it should be',
  );
  expect(existsSync(path)).toBe(false);
});
