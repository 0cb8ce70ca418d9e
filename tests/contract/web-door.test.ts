/** Who gets in by the browser door, and what they get. Requests are made by hand, as an attacker would. */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { openWebDoor, type WebDoor } from '../../src-main/web/door.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { protocol, tokenProtocolPrefix } from '../../src-shared/wire.ts';
import { type FakeStudio, fakeStudio } from '../helpers/fake-studio.ts';
import { until } from '../helpers/until.ts';

let folder: string;
let studio: FakeStudio;
let door: WebDoor;

const sha256 = 'a'.repeat(64);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-test-'));
  await mkdir(join(folder, 'page', 'assets'), { recursive: true });
  await writeFile(join(folder, 'page', 'index.html'), '<!doctype html><title>Graft</title>');
  await writeFile(join(folder, 'page', 'assets', 'main-1.js'), 'export {};');
  await writeFile(join(folder, 'secret'), 'secret');
  studio = fakeStudio(
    {
      'images.get': ({ ids }: { ids: number[] }) => ({
        images: ids.filter((id) => id === 12).map((id) => ({ id, sha256 })),
      }),
    },
    async (_, id) => {
      if (id === 99) throw new StudioError('not-found', 'There is no picture 99.');
      return {
        type: 'image/webp',
        bytes: Buffer.from(`picture ${id}`),
        fileName: 'Füchse; "2".webp',
      };
    },
  );
  door = await openWebDoor(studio, { rendererDir: join(folder, 'page') });
});

afterEach(async () => {
  await door.close();
  await rm(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Not fetch, which normalises paths and sets Host by itself.
    const sent = request(
      {
        host: '127.0.0.1',
        port: door.port,
        path,
        method,
        headers: { host: `127.0.0.1:${door.port}`, ...headers },
      },
      async (response) => {
        const body = (await response.toArray()).join('');
        resolve({ status: response.statusCode!, headers: response.headers, body });
      },
    );
    sent.on('error', reject).end();
  });
}

const bearer = () => ({ authorization: `Bearer ${door.token}` });
const cookie = (port = door.port) => ({ cookie: `other=1; graft-${port}=${door.token}` });

describe('the token', () => {
  it('is needed for everything', async () => {
    for (const path of ['/', '/index.html', '/assets/main-1.js', '/media/thumbnail/12', '/hello']) {
      expect((await get(path)).status, path).toBe(401);
      expect((await get(path, { authorization: 'Bearer wrong' })).status, path).toBe(401);
      expect((await get(path, { cookie: `graft-${door.port}=wrong` })).status, path).toBe(401);
      expect((await get(path, bearer())).status, path).toBe(200);
    }
    expect((await get('/?token=wrong')).status).toBe(401);
  });

  it('leaves the address for a cookie that no script and no other site can use', async () => {
    const { status, headers } = await get(`/?token=${door.token}`);
    expect(status).toBe(303);
    expect(headers.location).toBe('/');
    const [set] = headers['set-cookie']!;
    expect(set).toMatch(/; HttpOnly/);
    expect(set).toMatch(/; SameSite=Strict/);
    const page = await get('/', { cookie: set!.split(';')[0]! });
    expect(page.status).toBe(200);
    expect(page.body).toContain('<title>Graft</title>');
  });

  it('also arrives by a link on another site, whose redirects carry no strict cookie', async () => {
    const { status, headers, body } = await get(`/?token=${door.token}`, {
      'sec-fetch-site': 'cross-site',
    });
    expect(status).toBe(200);
    expect(headers['set-cookie']).toHaveLength(1);
    expect(body).toContain('http-equiv="refresh"');
    expect(body).not.toContain(door.token);
  });

  it('lies in a cookie of its own for each port, as at the near end of a tunnel', async () => {
    const near = { host: 'localhost:9999' };
    const { headers } = await get(`/?token=${door.token}`, near);
    expect(headers['set-cookie']![0]).toMatch(/^graft-9999=/);
    expect((await get('/', { ...near, ...cookie(9999) })).status).toBe(200);
    expect((await get('/', { ...near, ...cookie() })).status).toBe(401);
  });

  it('says in plain words to a person what is missing', async () => {
    const { headers, body } = await get('/', { accept: 'text/html,*/*' });
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('Open the address with the token');
  });
});

describe('names and origins', () => {
  it('refuses every host that is not this computer, token or not', async () => {
    for (const host of ['evil.example', `evil.example:${door.port}`, '127.0.0.1.evil.example']) {
      expect((await get('/', { ...bearer(), host })).status, host).toBe(403);
      expect((await get(`/?token=${door.token}`, { host })).status, host).toBe(403);
    }
  });

  it('takes nothing but reading over HTTP', async () => {
    expect((await get('/', bearer(), 'POST')).status).toBe(405);
    expect((await get('/', { ...cookie(), origin: 'http://evil.example' }, 'POST')).status).toBe(
      403,
    );
    expect((await get('/', bearer(), 'HEAD')).body).toBe('');
  });

  it('sets the headers that keep pages apart, on refusals too', async () => {
    for (const answer of [await get('/', bearer()), await get('/'), await get('/nope', bearer())]) {
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      expect(answer.headers['content-security-policy']).toContain("script-src 'self';");
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['referrer-policy']).toBe('no-referrer');
      expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
    }
  });

  /** The status of the refusal, or 101. */
  const upgrade = (headers: Record<string, string>, protocols: string[] = [protocol]) =>
    new Promise<number>((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${door.port}/wire`, protocols, {
        headers: { host: `127.0.0.1:${door.port}`, ...headers },
      });
      socket.on('open', () => {
        socket.close();
        resolve(101);
      });
      socket.on('unexpected-response', (_, response) => {
        resolve(response.statusCode!);
        socket.terminate();
      });
      socket.on('error', reject);
    });

  it('opens the WebSocket to our own page and to programs with the token only', async () => {
    const own = { ...cookie(), origin: `http://127.0.0.1:${door.port}` };
    expect(await upgrade(own)).toBe(101);
    expect(await upgrade({}, [protocol, tokenProtocolPrefix + door.token])).toBe(101);
    expect(await upgrade(bearer())).toBe(101);

    expect(await upgrade({})).toBe(401);
    expect(await upgrade({}, [protocol, `${tokenProtocolPrefix}wrong`])).toBe(401);
    // A page on another port of this computer gets our cookie sent along.
    expect(await upgrade({ ...cookie(), origin: 'http://127.0.0.1:1' })).toBe(403);
    expect(await upgrade({ ...cookie(), origin: 'null' })).toBe(403);
    expect(await upgrade(cookie())).toBe(401);
    expect(await upgrade({ ...own, host: 'evil.example' })).toBe(403);
    expect(await upgrade(own, ['graft.v0'])).toBe(426);
  });

  it('works at the near end of a tunnel, where the port is another', async () => {
    const near = { host: 'localhost:9999', origin: 'http://localhost:9999', ...cookie(9999) };
    expect(await upgrade(near)).toBe(101);
  });
});

describe('the page', () => {
  it('comes with the right types, and the hashed parts are kept', async () => {
    const page = await get('/', bearer());
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['cache-control']).toBe('no-cache');
    const script = await get('/assets/main-1.js', bearer());
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toContain('immutable');
  });

  it.each(['/../secret', '/%2e%2e/secret', '/..%2fsecret', '//secret', '/nope', '/assets'])(
    'is all there is: not %s',
    async (path) => {
      const { status, body } = await get(path, bearer());
      expect(status).toBe(404);
      expect(body).not.toContain('secret');
    },
  );
});

describe('media', () => {
  it('are asked for again, but sent once', async () => {
    const first = await get('/media/thumbnail/12', bearer());
    expect(first.body).toBe('picture 12');
    expect(first.headers['content-type']).toBe('image/webp');
    expect(first.headers['cache-control']).toBe('private, no-cache');
    const tag = { 'if-none-match': first.headers.etag! };
    const again = await get('/media/thumbnail/12', { ...bearer(), ...tag });
    expect(again.status).toBe(304);
    expect(again.body).toBe('');
  });

  it('carry names of any kind', async () => {
    const { headers } = await get('/media/model/3', bearer());
    expect(headers['content-disposition']).toBe(
      "attachment; filename*=UTF-8''F%C3%BCchse%3B%20%222%22.webp",
    );
  });

  it.each(['/media/thumbnail/99', '/media/thumbnail/0', '/media/thumbnail/12/x', '/media/file/12'])(
    'are known by id only: %s is not there',
    async (path) => {
      const { status, body } = await get(path, bearer());
      expect(status).toBe(404);
      expect(JSON.parse(body)).toMatchObject({ code: 'not-found' });
    },
  );
});

describe('frames', () => {
  const connect = () =>
    new Promise<WebSocket>((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${door.port}/wire`, [protocol], {
        headers: bearer(),
      });
      socket.on('open', () => resolve(socket));
      socket.on('error', reject);
    });

  it.each([
    ['what is not JSON', '{'],
    ['what is no frame', '{"type":"nope"}'],
    ['a call without a name', '{"type":"call","id":1}'],
    ['bytes', Buffer.from([1, 2, 3])],
    ['a frame that is too long', `"${'x'.repeat(9 * 2 ** 20)}"`],
  ])('end the connection, not the door: %s', async (_, frame) => {
    const socket = await connect();
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.on('error', () => {});
    socket.send(frame);
    expect([1006, 1007, 1009]).toContain(await closed);
    expect((await get('/hello', bearer())).status).toBe(200);
  });

  it('carry refusals back by the number of the call', async () => {
    const socket = await connect();
    const reply = new Promise<string>((resolve) =>
      socket.on('message', (data) => resolve(String(data))),
    );
    socket.send(JSON.stringify({ type: 'call', id: 7, name: 'toString', input: {} }));
    expect(JSON.parse(await reply)).toMatchObject({
      type: 'reply',
      id: 7,
      reply: { ok: false, error: { code: 'unknown-call' } },
    });
    socket.close();
  });
});

describe('studio.json', () => {
  const project = (path: string) => ({
    path,
    name: 'p',
    images: 0,
    labelled: 0,
    toGo: 0,
    unsure: 0,
    excluded: 0,
    missing: 0,
    labels: [],
    split: { train: 0, validation: 0, test: 0 },
    undo: { undo: null, redo: null },
  });
  const beacon = (of: string) =>
    readFile(join(folder, of, 'studio.json'), 'utf8').catch(() => null);

  it('is in the project that is open, for its owner only, and goes with the door', async () => {
    for (const name of ['a', 'b']) await mkdir(join(folder, name));
    studio.emit({ name: 'project.changed', data: { project: project(join(folder, 'a')) } });
    await until('a has a beacon', async () => (await beacon('a')) !== null);
    expect(JSON.parse((await beacon('a'))!)).toEqual({
      url: door.url,
      token: door.token,
      pid: process.pid,
    });
    if (process.platform !== 'win32') {
      expect((await stat(join(folder, 'a', 'studio.json'))).mode & 0o777).toBe(0o600);
    }

    studio.emit({ name: 'project.changed', data: { project: project(join(folder, 'b')) } });
    await until('b has a beacon', async () => (await beacon('b')) !== null);
    expect(await beacon('a')).toBeNull();

    await door.close();
    expect(await beacon('b')).toBeNull();
    door = await openWebDoor(studio, { rendererDir: null });
  });

  it('of another studio is left alone', async () => {
    await mkdir(join(folder, 'a'));
    studio.emit({ name: 'project.changed', data: { project: project(join(folder, 'a')) } });
    await until('a has a beacon', async () => (await beacon('a')) !== null);
    const theirs = JSON.stringify({ url: 'http://127.0.0.1:1/', token: 'theirs', pid: 1 });
    await writeFile(join(folder, 'a', 'studio.json'), theirs);
    await door.close();
    expect(await beacon('a')).toBe(theirs);
    door = await openWebDoor(studio, { rendererDir: null });
  });
});

it('says which port is taken', async () => {
  await expect(openWebDoor(fakeStudio(), { port: door.port, rendererDir: null })).rejects.toThrow(
    `The studio cannot listen on port ${door.port} of 127.0.0.1 (EADDRINUSE): choose another with --port.`,
  );
});
