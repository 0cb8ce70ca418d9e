import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unpack } from '../../src-main/images/archive.ts';
import { findPlace, safePath } from '../../src-main/images/place.ts';
import { tarball, tarGz, type ZipMember, zip } from '../helpers/archives.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { noise } from '../helpers/pictures.ts';
import { importAll, studioWithProject } from '../helpers/studio.ts';

const picture = (seed: number) => noise(12, 8, seed).png().toBuffer();

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Unpacks into a folder of its own and tells what came out. */
async function unpackBytes(name: string, bytes: Buffer) {
  const root = await temporaryFolder();
  const archive = join(root, 'upload.part');
  await writeFile(archive, bytes);
  const options = { name, into: join(root, 'images'), temporary: join(root, 'uploads') };
  const unpacked = await unpack(archive, options);
  expect(await readdir(options.temporary)).toEqual([]);
  return { ...unpacked, root, archive, options };
}

const reasons = {
  up: 'its path leads out of the folder (..)',
  absolute: 'its path is absolute',
  drive: 'its path has a drive letter',
  text: 'not a picture (JPEG, PNG, WebP, AVIF, TIFF, GIF)',
};

describe('safePath', () => {
  it('makes names fit for every file system', () => {
    expect(safePath('a/./b//c.jpg')).toEqual(['a', 'b', 'c.jpg']);
    expect(safePath('Cafe\u0301\\x?.jpg')).toEqual(['Caf\u00e9', 'x_.jpg']);
    expect(safePath('con.jpg')).toEqual(['_con.jpg']);
    expect(safePath('end. . /\u0007.jpg')).toEqual(['end', '_.jpg']);
    const [long] = safePath(`${'猫'.repeat(200)}.jpeg`);
    expect(Buffer.byteLength(long!)).toBeLessThanOrEqual(200);
    expect(long).toMatch(/^猫+\.jpeg$/);
  });

  it('refuses paths that lead out', () => {
    for (const [name, reason] of [
      ['../a.jpg', reasons.up],
      ['a/../../b.jpg', reasons.up],
      ['..\\a.jpg', reasons.up],
      ['/etc/a.jpg', reasons.absolute],
      ['\\\\host\\a.jpg', reasons.absolute],
      ['C:\\a.jpg', reasons.drive],
      ['c:a.jpg', reasons.drive],
      ['a\0.jpg', 'its name has a null character'],
      ['./', 'it has no name'],
    ] as const) {
      expect(() => safePath(name), name).toThrow(reason);
    }
  });
});

describe('unpack', () => {
  it('takes the pictures of a zip and rejects by name what is harmful or no picture', async () => {
    const [a, b] = [await picture(1), await picture(2)];
    const members: ZipMember[] = [
      { name: 'cats/' },
      { name: 'cats/a.png', bytes: a },
      { name: 'dogs\\b.png', bytes: b },
      { name: 'stored.png', bytes: b, method: 0 },
      { name: '../evil.png', bytes: a },
      { name: '/evil.png', bytes: a },
      { name: 'C:/evil.png', bytes: a },
      { name: 'link.png', bytes: Buffer.from('/etc/passwd'), mode: 0o120777 },
      { name: 'pipe.png', mode: 0o010644 },
      { name: 'secret.png', bytes: a, encrypted: true },
      { name: 'odd.png', bytes: a, method: 12 },
      { name: 'liar.png', bytes: a, claims: 10 },
      { name: 'notes.txt', bytes: Buffer.from('hello') },
      { name: '__MACOSX/cats/._a.png', bytes: Buffer.from('x') },
      { name: 'cats/.DS_Store', bytes: Buffer.from('x') },
    ];
    const { folder, rejected, root } = await unpackBytes('Some pets.zip', zip(members));
    expect(folder).toBe(join(root, 'images', 'Some pets'));
    expect(await filesIn(join(root, 'images'))).toEqual([
      'Some pets/cats/a.png',
      'Some pets/dogs/b.png',
      'Some pets/stored.png',
    ]);
    expect(await readFile(join(folder, 'cats/a.png'))).toEqual(a);
    expect(rejected.map(({ path, reason }) => `${path} | ${reason}`)).toEqual([
      `Some pets.zip: ../evil.png | ${reasons.up}`,
      `Some pets.zip: /evil.png | ${reasons.absolute}`,
      `Some pets.zip: C:/evil.png | ${reasons.drive}`,
      'Some pets.zip: link.png | a link',
      'Some pets.zip: pipe.png | a device or pipe',
      'Some pets.zip: secret.png | encrypted: unpack it yourself and import the folder',
      'Some pets.zip: odd.png | packed by a method that is not supported: unpack it yourself and import the folder',
      'Some pets.zip: liar.png | damaged within the archive',
      `Some pets.zip: notes.txt | ${reasons.text}`,
    ]);
  });

  it('does the same with tar, packed or not', async () => {
    const [a, b] = [await picture(1), await picture(2)];
    const members = [
      { name: 'cats', type: 'directory' },
      { name: 'cats/ä 猫.png', bytes: a },
      { name: `${'deep/'.repeat(40)}b.png`, bytes: b },
      { name: '../../evil.png', bytes: a },
      { name: '/evil.png', bytes: a },
      { name: 'soft.png', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'hard.png', type: 'link', linkname: '/etc/passwd' },
      { name: 'disk.png', type: 'block-device' },
      { name: 'big.bin', bytes: Buffer.alloc(300_000, 'x') },
      { name: 'last.png', bytes: b },
    ] as const;
    for (const [name, bytes] of [
      ['pets.tar', await tarball(members)],
      ['pets.tar.gz', await tarGz(members)],
      ['pets.TGZ', await tarGz(members)],
    ] as const) {
      const { folder, rejected } = await unpackBytes(name, bytes);
      expect(await filesIn(folder), name).toEqual([
        'cats/ä 猫.png',
        `${'deep/'.repeat(40)}b.png`,
        'last.png',
      ]);
      expect(rejected.map(({ path, reason }) => `${path} | ${reason}`)).toEqual([
        `${name}: ../../evil.png | ${reasons.up}`,
        `${name}: /evil.png | ${reasons.absolute}`,
        `${name}: soft.png | a link`,
        `${name}: hard.png | a link`,
        `${name}: disk.png | a device or pipe`,
        `${name}: big.bin | ${reasons.text}`,
      ]);
    }
  });

  it('keeps collisions apart, and finds its own files when it is done again', async () => {
    const [a, b, c] = [await picture(1), await picture(2), await picture(3)];
    const bytes = await tarball([
      { name: 'x.png', bytes: a },
      { name: 'x.png', bytes: b },
      { name: 'x?.png', bytes: c },
      { name: 'x*.png', bytes: c },
      { name: 'x.png/inside.png', bytes: c },
    ]);
    const { folder, rejected, archive, options } = await unpackBytes('set.tar', bytes);
    const names = ['x (2).png', 'x.png', 'x_.png'];
    expect(await filesIn(folder)).toEqual(names);
    expect(rejected).toEqual([
      { path: 'set.tar: x.png/inside.png', reason: 'its folder has the name of another member' },
    ]);
    await unpack(archive, options);
    expect(await filesIn(folder)).toEqual(names);
    expect(await findPlace(folder, ['x.png'], { bytes: 1, sha256: '' })).toEqual({
      path: join(folder, 'x (3).png'),
      taken: false,
    });
  });

  it('goes on after members of a zip that are damaged', async () => {
    const large = await noise(200, 200).png().toBuffer();
    const jpeg = await noise(200, 200).jpeg().toBuffer();
    const whole = zip([
      { name: 'a.png', bytes: large },
      { name: 'b.jpg', bytes: jpeg, method: 0 },
      { name: 'c.png', bytes: large },
    ]);
    // The first byte of the first member's packed data, after its header and name: no such kind of block.
    whole[30 + 'a.png'.length] = 0xff;
    // Somewhere in the pixels of the second, where only the checksum tells.
    whole[whole.indexOf(jpeg.subarray(0, 50)) + 5000]! ^= 1;
    const { folder, rejected } = await unpackBytes('worn.zip', whole);
    expect(await filesIn(folder)).toEqual(['c.png']);
    const reason = 'damaged within the archive';
    expect(rejected).toEqual([
      { path: 'worn.zip: a.png', reason },
      { path: 'worn.zip: b.jpg', reason },
    ]);
  });

  it('refuses what would fill the disk before it is unpacked', async () => {
    const header = await tarball([{ name: 'bomb.png', bytes: Buffer.alloc(0) }]);
    // A size of 8 PB, in the binary form that tar has for large numbers; then the checksum anew.
    header.fill(0, 124, 136);
    header[124] = 0x80;
    header[129] = 0x20;
    header.fill(' ', 148, 156);
    const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    await expect(unpackBytes('bomb.tar', header)).rejects.toThrow(
      /^bomb\.tar, unpacked, needs 9\.0 PB, and the disk of .* has room for .*: make some room\.$/,
    );
  });

  it('says when it is no archive, and keeps what came before the damage', async () => {
    const junk = Buffer.from('not an archive at all, by any means'.repeat(50));
    for (const name of ['a.zip', 'a.tar', 'a.tar.gz']) {
      await expect(unpackBytes(name, junk), name).rejects.toThrow(
        `${name}: the archive is damaged or cut off, or is not what its name says`,
      );
    }
    const nothing = await unpackBytes('nothing.tar', await tarball([]));
    expect(await filesIn(nothing.folder)).toEqual([]);
    const whole = await tarball(
      [1, 2].map((seed) => ({ name: `${seed}.png`, bytes: Buffer.alloc(0) })),
    );
    expect((await unpackBytes('empties.tar', whole)).rejected.map(({ reason }) => reason)).toEqual([
      'the file is empty',
      'the file is empty',
    ]);
    const pictures = await tarball([
      { name: '1.png', bytes: await picture(1) },
      { name: '2.png', bytes: await noise(100, 100).png().toBuffer() },
    ]);
    const { folder, rejected } = await unpackBytes('cut.tar', pictures.subarray(0, 5000));
    expect(await filesIn(folder)).toEqual(['1.png']);
    expect(rejected.at(-1)!.reason).toContain('only its first 2 members were read');
  });
});

describe('an archive as the source of an import', () => {
  it('is unpacked into the project and labelled by its folders', async () => {
    const { studio, folder } = await studioWithProject();
    const root = await temporaryFolder();
    const archive = join(root, 'pond.zip');
    const members = [
      { name: 'geese/1.png', bytes: await picture(1) },
      { name: 'frogs/1.png', bytes: await picture(2) },
      { name: '../x.png', bytes: await picture(3) },
    ];
    await writeFile(archive, zip(members));
    await writeFile(join(root, 'broken.tar'), 'x');
    const report = await importAll(studio, [archive, join(root, 'broken.tar')], 'folders');
    expect(report).toMatchObject({
      imported: 2,
      duplicates: 0,
      labels: { geese: 1, frogs: 1 },
      rejected: [
        { path: `${archive}: ../x.png`, reason: reasons.up },
        { path: join(root, 'broken.tar') },
      ],
    });
    expect(await filesIn(join(folder, 'images'))).toEqual(['pond/frogs/1.png', 'pond/geese/1.png']);
    expect(await importAll(studio, [archive], 'folders')).toMatchObject({
      imported: 0,
      duplicates: 2,
    });
    expect(await filesIn(join(folder, 'images'))).toHaveLength(2);
  });
});
