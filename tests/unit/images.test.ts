import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inspect, thumbnailPath } from '../../src-main/images/inspect.ts';
import { Inspectors } from '../../src-main/images/inspectors.ts';
import { picture } from '../../src-main/images/picture.ts';
import { scan } from '../../src-main/images/scan.ts';
import { thumbnail } from '../../src-main/images/thumbnails.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { unprivileged } from '../helpers/permissions.ts';
import { noise, withHugeHeader } from '../helpers/pictures.ts';

async function collect(source: string) {
  const found: string[] = [];
  for await (const item of scan(source)) {
    const what = item.kind === 'file' ? (item.folder ?? '-') : `! ${item.reason}`;
    found.push(`${relative(source, item.path)} ${what}`);
  }
  return found;
}

describe('scan', () => {
  it('finds nested files in natural order and leaves out what is hidden or no picture of the user', async () => {
    const root = await temporaryFolder();
    for (const folder of ['cats/deep', '__MACOSX', '.git', 'Ünï çødé', 'project/thumbnails/aa']) {
      await mkdir(join(root, folder), { recursive: true });
    }
    for (const file of [
      'img10.jpg',
      'img2.jpg',
      'cats/deep/猫.png',
      'cats/a.jpg',
      'cats/.DS_Store',
      'Thumbs.db',
      '__MACOSX/._a.jpg',
      '.git/config',
      'Ünï çødé/x.png',
      'project/studio.db',
      'project/studio.db-wal',
      'project/studio.json',
      'project/thumbnails/aa/aabb.webp',
      'project/own.jpg',
    ]) {
      await writeFile(join(root, file), 'x');
    }
    expect(await collect(root)).toEqual([
      'cats/a.jpg cats',
      'cats/deep/猫.png deep',
      'img2.jpg -',
      'img10.jpg -',
      'project/own.jpg project',
      'Ünï çødé/x.png Ünï çødé',
    ]);
  });

  it('follows links, survives circles and tells of broken ones', async () => {
    const root = await temporaryFolder();
    const elsewhere = await temporaryFolder();
    await writeFile(join(elsewhere, 'far.png'), 'x');
    await mkdir(join(root, 'a'));
    await symlink(root, join(root, 'a', 'up'));
    await symlink(elsewhere, join(root, 'b'));
    await symlink(elsewhere, join(root, 'c'));
    await symlink(join(root, 'nothing'), join(root, 'd.png'));
    expect(await collect(root)).toEqual(['b/far.png b', 'd.png ! the file is not there']);
  });

  it('takes a single file as it is', async () => {
    const file = join(await temporaryFolder(), '.hidden.png');
    await writeFile(file, 'x');
    expect(await collect(file)).toEqual([' -']);
  });
});

describe('inspect', () => {
  it('tells hash, format and size after orientation, and leaves a thumbnail', async () => {
    const root = await temporaryFolder();
    const path = join(root, 'phone.jpg');
    await noise(600, 400).withMetadata({ orientation: 6 }).jpeg().toFile(path);
    const found = await inspect(path, join(root, 'thumbnails'));
    const bytes = await readFile(path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(found).toMatchObject({
      sha256,
      format: 'JPEG',
      bytes: bytes.length,
      width: 400,
      height: 600,
    });
    const file = thumbnailPath(join(root, 'thumbnails'), sha256);
    expect(await sharp(file).metadata()).toMatchObject({ format: 'jpeg', width: 171, height: 256 });
    expect(await readdir(join(root, 'thumbnails', sha256.slice(0, 2)))).toEqual([`${sha256}.jpg`]);
  });

  it('reads every supported format, whatever the name says', async () => {
    const root = await temporaryFolder();
    const formats = { JPEG: 'jpeg', PNG: 'png', WebP: 'webp', AVIF: 'avif', TIFF: 'tiff' } as const;
    for (const [format, encoder] of Object.entries(formats)) {
      const path = join(root, `${encoder}.bin`);
      await writeFile(path, await noise(40, 30).toFormat(encoder).toBuffer());
      const found = await inspect(path, join(root, 't'));
      expect(found, format).toMatchObject({ format, width: 40, height: 30 });
    }
    const frames = [noise(40, 30, 1), noise(40, 30, 2)].map((frame) => frame.png().toBuffer());
    const animation = sharp(await Promise.all(frames), { join: { animated: true } });
    await animation.gif().toFile(join(root, 'a.gif'));
    expect((await sharp(join(root, 'a.gif')).metadata()).pages).toBe(2);
    expect(await inspect(join(root, 'a.gif'), join(root, 't'))).toMatchObject({
      format: 'GIF',
      width: 40,
      height: 30,
    });
  });

  it('reads a file anew that was replaced under its name', async () => {
    const path = join(await temporaryFolder(), 'a.bin');
    for (const encoder of ['webp', 'jpeg', 'png', 'tiff'] as const) {
      for (const width of [30, 40]) {
        await writeFile(path, await noise(width, 20).toFormat(encoder).toBuffer());
        expect((await inspect(path, join(path, '..', 't'))).width, encoder).toBe(width);
      }
      const bytes = await readFile(path);
      await writeFile(path, bytes.subarray(0, bytes.length * 0.6));
      await expect(inspect(path, join(path, '..', 't')), encoder).rejects.toThrow('damaged');
    }
  });

  it('refuses what cannot be used, with the path and a reason', async () => {
    const root = await temporaryFolder();
    const jpeg = await noise(200, 200).jpeg().toBuffer();
    const png = await noise(200, 200).png().toBuffer();
    const webp = await noise(200, 200).webp().toBuffer();
    const tiff = await noise(200, 200).tiff().toBuffer();
    const cut = (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length * 0.6));
    const scratched = Buffer.from(png);
    scratched.fill(0x55, 2000, 4000);
    const bmp = Buffer.alloc(100);
    bmp.write('BM');
    const cutOff = (format: string) => `the ${format} file is damaged or cut off before its end`;
    const cases: Record<string, [Buffer, string]> = {
      'empty.jpg': [Buffer.alloc(0), 'the file is empty'],
      'text.jpg': [Buffer.from('hello'), 'not a picture (JPEG, PNG, WebP, AVIF, TIFF, GIF)'],
      'cut.jpg': [cut(jpeg), cutOff('JPEG')],
      'cut.png': [cut(png), cutOff('PNG')],
      'cut.webp': [cut(webp), cutOff('WebP')],
      'cut.tiff': [cut(tiff), 'the TIFF file is damaged'],
      'scratched.png': [scratched, cutOff('PNG')],
      'huge.png': [withHugeHeader(png), 'larger than 268 megapixels: make it smaller'],
      'old.bmp': [bmp, 'BMP pictures are not supported: convert it to PNG'],
      'drawing.png': [
        Buffer.from('<svg xmlns="x"/>'),
        'SVG drawings are not supported: export it as PNG',
      ],
      'phone.heic': [
        Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
        'HEIC pictures are not supported: convert it to JPEG',
      ],
      'camera.nef': [tiff, 'camera raw files are not supported: develop it to JPEG or TIFF'],
      'film.mp4': [Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1'), 'not a picture'],
    };
    for (const [name, [bytes, reason]] of Object.entries(cases)) {
      const path = join(root, name);
      await writeFile(path, bytes);
      await expect(inspect(path, join(root, 't')), name).rejects.toThrow(`${path}: ${reason}`);
    }
    await expect(inspect(root, join(root, 't'))).rejects.toThrow(`${root}: not a regular file`);
    await expect(stat(join(root, 't'))).rejects.toThrow('ENOENT');
  });

  it('does not wait for a named pipe', async () => {
    const pipe = join(await temporaryFolder(), 'pipe.jpg');
    execFileSync('mkfifo', [pipe]);
    await expect(inspect(pipe, 'unused')).rejects.toThrow('not a regular file');
  });

  it('names files and folders that may not be read', async () => {
    const root = await temporaryFolder();
    await chmod(root, 0o755);
    const path = join(root, 'locked.png');
    await writeFile(path, await noise(8, 8).png().toBuffer(), { mode: 0o000 });
    await mkdir(join(root, 'secret'), { mode: 0o000 });
    await unprivileged(async () => {
      await expect(inspect(path, root)).rejects.toThrow(`${path}: no permission to read`);
      expect(await collect(root)).toEqual(['locked.png -', 'secret ! no permission to read it']);
    });
  });
});

function inspectors(program?: URL): Inspectors {
  const pool = new Inspectors(program);
  onTestFinished(() => pool.close());
  return pool;
}

/** The real program, which does something else first with each picture. */
async function fragileInspector(folder: string, first: string): Promise<URL> {
  const program = join(folder, 'fragile.mjs');
  const real = new URL('../../src-main/images/inspector.ts', import.meta.url);
  await writeFile(
    program,
    `import { existsSync, writeFileSync } from 'node:fs';
     process.on('message', ({ path }) => { ${first} });
     await import(${JSON.stringify(real.href)});`,
  );
  return new URL(`file://${program}`);
}

describe('Inspectors', () => {
  it('inspect many pictures in processes, each with its own outcome', async () => {
    const root = await temporaryFolder();
    const paths = Array.from({ length: 12 }, (_, i) => join(root, `${i}.png`));
    await Promise.all(
      paths.map((path, i) =>
        noise(20 + i, 20, i)
          .png()
          .toFile(path),
      ),
    );
    await writeFile(paths[5]!, 'broken');
    const pool = inspectors();
    const outcomes = await Promise.allSettled(
      paths.map((path) => pool.inspect(path, join(root, 't'))),
    );
    expect(
      outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.width : null)),
    ).toEqual([20, 21, 22, 23, 24, null, 26, 27, 28, 29, 30, 31]);
    expect(outcomes[5]).toMatchObject({ reason: { name: 'StudioError', code: 'refused' } });
  });

  it('refuse only the picture at which every process dies', async () => {
    const root = await temporaryFolder();
    const program = await fragileInspector(
      root,
      `if (path.endsWith('exit.png')) process.exit(3);
       if (path.endsWith('throw.png')) throw new Error('out of luck');`,
    );
    const names = ['a.png', 'exit.png', 'b.png', 'throw.png', 'c.png', 'd.png', 'e.png'];
    for (const name of names) await noise(9, 9).png().toFile(join(root, name));
    const pool = inspectors(program);
    const outcomes = await Promise.allSettled(
      names.map((name) => pool.inspect(join(root, name), join(root, 't'))),
    );
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
      ...[true, false, true, false, true, true, true],
    ]);
    expect(outcomes[1]).toMatchObject({
      reason: { code: 'refused', message: expect.stringContaining('crashed on this file (exit') },
    });
  });

  it('try a picture again whose process was killed', async () => {
    const root = await temporaryFolder();
    const program = await fragileInspector(
      root,
      `if (path.endsWith('b.png')) {
         const mark = path + '.seen';
         if (!existsSync(mark)) { writeFileSync(mark, ''); process.kill(process.pid, 'SIGKILL'); }
       }`,
    );
    const names = ['a.png', 'b.png', 'c.png'];
    for (const name of names) await noise(9, 9).png().toFile(join(root, name));
    const pool = inspectors(program);
    const found = await Promise.all(
      names.map((name) => pool.inspect(join(root, name), join(root, 't'))),
    );
    expect(found.map(({ width }) => width)).toEqual([9, 9, 9]);
    expect(await readdir(root)).toContain('b.png.seen');
  });

  it('reject what still waits when they are closed', async () => {
    const root = await temporaryFolder();
    await noise(9, 9).png().toFile(join(root, 'a.png'));
    const pool = new Inspectors();
    const waiting = Promise.allSettled(
      Array.from({ length: 20 }, () => pool.inspect(join(root, 'a.png'), join(root, 't'))),
    );
    await pool.close();
    const outcomes = await waiting;
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
    await expect(pool.inspect(join(root, 'a.png'), root)).rejects.toThrow('closed');
  });
});

describe('thumbnail', () => {
  it('is made again when it is missing, from the same bytes only', async () => {
    const root = await temporaryFolder();
    const thumbnails = join(root, 't');
    const path = join(root, 'a.png');
    await noise(300, 300).png().toFile(path);
    const pool = inspectors();
    const { sha256 } = await pool.inspect(path, thumbnails);
    const first = await thumbnail(pool, thumbnails, sha256, path);
    await rm(thumbnails, { recursive: true });
    expect(await thumbnail(pool, thumbnails, sha256, path)).toEqual(first);
    await writeFile(thumbnailPath(thumbnails, sha256), first.subarray(0, 200));
    expect(await thumbnail(pool, thumbnails, sha256, path)).toEqual(first);
    await rm(thumbnails, { recursive: true });
    await noise(300, 300, 7).png().toFile(path);
    await expect(thumbnail(pool, thumbnails, sha256, path)).rejects.toThrow('has changed');
    await rm(path);
    await expect(thumbnail(pool, thumbnails, sha256, path)).rejects.toThrow('not there');
  });
});

describe('picture', () => {
  it('gives what a browser shows as it is, and the rest as WebP, turned upright', async () => {
    const root = await temporaryFolder();
    await noise(60, 40).jpeg().toFile(join(root, 'a.jpg'));
    const pool = inspectors();
    expect(await picture(pool, join(root, 'a.jpg'))).toEqual({
      type: 'image/jpeg',
      bytes: await readFile(join(root, 'a.jpg')),
    });
    await noise(60, 40).withMetadata({ orientation: 8 }).tiff().toFile(join(root, 'a.tiff'));
    const converted = await picture(pool, join(root, 'a.tiff'));
    expect(converted.type).toBe('image/webp');
    expect(await sharp(converted.bytes).metadata()).toMatchObject({ width: 40, height: 60 });
    await expect(picture(pool, join(root, 'none.jpg'))).rejects.toThrow('not there');
  });
});
