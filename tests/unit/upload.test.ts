import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { roomIn } from '../../src-main/images/room.ts';
import { type CallInput, type Studio, uploadChunkBytes } from '../../src-shared/contract.ts';
import { zip } from '../helpers/archives.ts';
import { noise } from '../helpers/pictures.ts';
import { importAll, studioWithProject } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
type Purpose = CallInput<'uploads.begin'>['purpose'];

function begin(studio: Studio, name: string, bytes: Buffer, purpose: Purpose = 'import') {
  const announced = { name, bytes: bytes.length, sha256: sha256(bytes), purpose };
  return studio.call('uploads.begin', announced);
}

function write(studio: Studio, uploadId: string, bytes: Buffer, from: number, to = bytes.length) {
  const base64 = bytes.subarray(from, to).toString('base64');
  return studio.call('uploads.write', { uploadId, offset: from, base64 });
}

async function upload(studio: Studio, name: string, bytes: Buffer, purpose: Purpose = 'import') {
  const { uploadId, received } = await begin(studio, name, bytes, purpose);
  for (let at = received; at < bytes.length; ) {
    const end = Math.min(at + uploadChunkBytes, bytes.length);
    at = (await write(studio, uploadId, bytes, at, end)).received;
  }
  return studio.call('uploads.finish', { uploadId });
}

const picture = (seed: number, side = 12) => noise(side, side, seed).png().toBuffer();
const partsIn = (folder: string) => readdir(join(folder, 'uploads'));

describe('an upload', () => {
  it('of several files at once lands in the project, with its folders, and can be imported', async () => {
    const { studio, folder } = await studioWithProject();
    const large = await picture(1, 800);
    expect(large.length).toBeGreaterThan(uploadChunkBytes);
    const small = await picture(2);
    const finished = await Promise.all([
      upload(studio, 'pets/cats/large.png', large),
      upload(studio, 'pets/dogs/small.png', small),
      upload(studio, 'pets/dogs/same bytes.png', small),
      upload(studio, 'pets/cats/large.png', small),
    ]);
    const names = ['cats/large.png', 'dogs/small.png', 'dogs/same bytes.png'];
    const paths = names.map((name) => join(folder, 'images', 'pets', name));
    expect(finished.slice(1, 3).map(({ path }) => path)).toEqual(paths.slice(1));
    expect([finished[0]!.path, finished[3]!.path].sort()).toEqual([
      join(folder, 'images', 'pets', 'cats', 'large (2).png'),
      paths[0],
    ]);
    expect(await readFile(finished[0]!.path)).toEqual(large);
    expect(await partsIn(folder)).toEqual([]);
    const sources = finished.map(({ path }) => path);
    expect(await importAll(studio, sources, 'folders')).toMatchObject({
      imported: 2,
      duplicates: 2,
      labels: { cats: 1, dogs: 1 },
    });
  });

  it('goes on where it stopped, also after the studio was closed', async () => {
    const { studio, folder } = await studioWithProject();
    const bytes = await picture(1, 800);
    const first = await begin(studio, 'a.png', bytes);
    expect(first.received).toBe(0);
    await write(studio, first.uploadId, bytes, 0, 1000);
    // The answer was lost: the chunk is sent again, and the upload begun again.
    expect(await write(studio, first.uploadId, bytes, 0, 1000)).toEqual({ received: 1000 });
    expect(await begin(studio, 'a.png', bytes)).toEqual({ ...first, received: 1000 });
    await expect(write(studio, first.uploadId, bytes, 2000, 3000)).rejects.toThrow(
      'begins at byte 2000, but 1000 bytes are here',
    );
    await expect(studio.call('uploads.finish', { uploadId: first.uploadId })).rejects.toThrow(
      `a.png is not complete: 1000 of ${bytes.length} bytes have arrived`,
    );
    await studio.call('project.close', {});
    await studio.call('project.open', { path: folder });
    await expect(write(studio, first.uploadId, bytes, 1000, 2000)).rejects.toThrow(
      'begin it again',
    );
    const second = await begin(studio, 'a.png', bytes);
    expect(second.received).toBe(1000);
    const { path } = await upload(studio, 'a.png', bytes);
    expect(await readFile(path)).toEqual(bytes);

    // The answer to `finish` was lost: asked again, and begun again, it is the same.
    expect(await studio.call('uploads.finish', { uploadId: second.uploadId })).toEqual({
      path,
      rejected: [],
    });
    expect((await begin(studio, 'a.png', bytes)).received).toBe(bytes.length);
    expect(await upload(studio, 'a.png', bytes)).toEqual({ path, rejected: [] });
    expect(await readdir(join(folder, 'images'))).toEqual(['a.png']);
  });

  it('that arrives corrupted is refused and gone, and can be repeated', async () => {
    const { studio, folder } = await studioWithProject();
    const bytes = await picture(1);
    const { uploadId } = await begin(studio, 'a.png', bytes);
    const wrong = Buffer.from(bytes);
    wrong[50]! ^= 1;
    await write(studio, uploadId, wrong, 0);
    await expect(studio.call('uploads.finish', { uploadId })).rejects.toThrow(
      'a.png was damaged on the way: upload it again.',
    );
    expect(await partsIn(folder)).toEqual([]);
    expect(await readdir(join(folder, 'images'))).toEqual([]);
    expect(await readFile((await upload(studio, 'a.png', bytes)).path)).toEqual(bytes);
  });

  it('is refused when it is too long, no picture, or would lead out of the folder', async () => {
    const { studio, folder } = await studioWithProject();
    const bytes = await picture(1);
    const { uploadId } = await begin(studio, 'a.png', bytes.subarray(0, 100));
    await expect(write(studio, uploadId, bytes, 0)).rejects.toThrow(
      'longer than its announced 100',
    );
    await expect(
      write(studio, uploadId, Buffer.alloc(uploadChunkBytes + 1), 0),
    ).rejects.toMatchObject({ code: 'invalid-input' });
    await studio.call('uploads.abandon', { uploadId });
    await expect(upload(studio, 'notes.txt', Buffer.from('two geese'))).rejects.toThrow(
      /^not a picture/,
    );
    await expect(upload(studio, 'empty.png', Buffer.alloc(0))).rejects.toThrow('the file is empty');
    for (const name of ['../a.png', '/a.png', 'C:\\a.png', 'x/../../a.png']) {
      await expect(upload(studio, name, bytes), name).rejects.toMatchObject({ code: 'refused' });
    }
    expect(await partsIn(folder)).toEqual([]);
    expect(await readdir(join(folder, 'images'))).toEqual([]);
  });

  it('is refused at its beginning when the disk would fill, counting what others are promised', async () => {
    const { studio, folder } = await studioWithProject();
    const announce = (name: string, bytes: number) =>
      studio.call('uploads.begin', { name, bytes, sha256: '0'.repeat(64), purpose: 'import' });
    await expect(announce('all.zip', 2 ** 52)).rejects.toThrow(
      /^all\.zip needs 4\.5 PB, and the disk of .* has room for .*: make some room\.$/,
    );
    const most = Math.floor((await roomIn(folder)) * 0.6);
    const { uploadId } = await announce('one.zip', most);
    await expect(announce('two.zip', most)).rejects.toThrow('make some room');
    await studio.call('uploads.abandon', { uploadId });
    expect((await announce('two.zip', most)).received).toBe(0);
  });

  it('of an archive is unpacked beside where it was, and the archive goes', async () => {
    const { studio, folder } = await studioWithProject();
    const archive = zip([
      { name: 'cats/1.png', bytes: await picture(1) },
      { name: '../evil.png', bytes: await picture(2) },
      { name: 'read me.txt', bytes: Buffer.from('hello') },
    ]);
    const { path, rejected } = await upload(studio, 'sets/pets.zip', archive);
    expect(path).toBe(join(folder, 'images', 'sets', 'pets'));
    expect(rejected.map((rejection) => rejection.path)).toEqual([
      'sets/pets.zip: ../evil.png',
      'sets/pets.zip: read me.txt',
    ]);
    expect(await readdir(join(path, 'cats'))).toEqual(['1.png']);
    expect(await partsIn(folder)).toEqual([]);
    expect(await importAll(studio, [path], 'folders')).toMatchObject({ labels: { cats: 1 } });
  });

  it('of an archive ends when the project is closed, and is finished when it is begun again', async () => {
    const { studio, folder } = await studioWithProject();
    const bytes = await picture(1);
    const members = Array.from({ length: 500 }, (_, i) => ({ name: `${i}/${i}.png`, bytes }));
    const archive = zip(members);
    const { uploadId } = await begin(studio, 'many.zip', archive);
    await write(studio, uploadId, archive, 0);
    const finishing = studio.call('uploads.finish', { uploadId });
    const outcome = expect(finishing).rejects.toThrow('its project was closed meanwhile');
    await until('some are unpacked', () => existsSync(join(folder, 'images', 'many', '3')));
    await studio.call('project.close', {});
    await outcome;
    expect((await readdir(join(folder, 'images', 'many'))).length).toBeLessThan(500);

    await studio.call('project.open', { path: folder });
    const again = await begin(studio, 'many.zip', archive);
    expect(again.received).toBe(archive.length);
    const { path } = await studio.call('uploads.finish', { uploadId: again.uploadId });
    expect(await readdir(path)).toHaveLength(500);
    expect(await partsIn(folder)).toEqual([]);
  });

  it('for predictions is kept apart until the project is closed', async () => {
    const { studio, folder } = await studioWithProject();
    const bytes = await picture(1);
    const { path } = await upload(studio, 'walk/goose.png', bytes, 'predict');
    expect(path.startsWith(folder)).toBe(false);
    expect(await readFile(path)).toEqual(bytes);
    await studio.call('project.close', {});
    expect(existsSync(path)).toBe(false);
    await expect(upload(studio, 'goose.png', bytes, 'predict')).rejects.toThrow('project first');
  });

  it('of a backbone needs no project', async () => {
    const { studio } = await studioWithProject();
    await studio.call('project.close', {});
    const weights = Buffer.from('weights');
    const { path } = await upload(studio, 'resnet18-f37072fd.pth', weights, 'backbone');
    expect(path).toMatch(/resnet18-f37072fd\.pth$/);
    expect(await readFile(path)).toEqual(weights);
  });

  it('that nobody goes on with is cleaned away after a week', async () => {
    const { studio, folder } = await studioWithProject();
    const bytes = await picture(1);
    for (const name of ['old.png', 'new.png']) {
      const { uploadId } = await begin(studio, name, bytes);
      await write(studio, uploadId, bytes, 0, 10);
    }
    await studio.call('project.close', {});
    const uploads = join(folder, 'uploads');
    await mkdir(uploads, { recursive: true });
    await writeFile(join(uploads, 'left behind.member'), 'x');
    const [one, ...others] = (await readdir(uploads)).sort();
    const days = (count: number) => new Date(Date.now() - count * 24 * 3600 * 1000);
    await utimes(join(uploads, one!), days(8), days(8));
    await utimes(join(uploads, 'left behind.member'), days(1), days(1));
    await studio.call('project.open', { path: folder });
    const kept = others.filter((name) => name.endsWith('.part'));
    await until('old uploads are gone', async () => (await readdir(uploads)).length === 1);
    expect(await readdir(uploads)).toEqual(kept);
  });
});
