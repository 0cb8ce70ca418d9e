import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openStore } from '../../src-main/store/store.ts';
import { createContext } from '../../src-main/studio/context.ts';
import { createStudio } from '../../src-main/studio/studio.ts';
import type { StudioEvent } from '../../src-shared/contract.ts';
import { defaultSettings } from '../../src-shared/recipes.ts';
import { temporaryFolder } from '../helpers/folders.ts';

async function newStudio(folder?: string) {
  const where = folder ?? (await temporaryFolder());
  vi.stubEnv('GRAFT_HOME', join(where, 'home'));
  const studio = createStudio();
  const events: StudioEvent[] = [];
  studio.subscribe((event) => events.push(event));
  onTestFinished(async () => {
    await studio.close();
    vi.unstubAllEnvs();
  });
  return { studio, folder: where, events };
}

describe('creating a project', () => {
  it('makes its folder, opens it and tells so', async () => {
    const { studio, folder, events } = await newStudio();
    const path = join(folder, 'deep', 'pond');
    const project = await studio.call('project.create', { path });
    expect(project).toEqual({
      path,
      name: 'pond',
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
    expect(await readdir(path)).toEqual(
      expect.arrayContaining(['features', 'images', 'runs', 'studio.db', 'thumbnails']),
    );
    expect(events).toEqual([{ name: 'project.changed', data: { project } }]);
  });

  it('is refused where a project or a file is, and leaves the open project open', async () => {
    const { studio, folder } = await newStudio();
    const [pond, file] = [join(folder, 'pond'), join(folder, 'file')];
    await writeFile(file, '');
    await studio.call('project.create', { path: pond });
    await expect(studio.call('project.create', { path: pond })).rejects.toThrow(
      `${pond} is a project already. Open it instead.`,
    );
    await expect(studio.call('project.create', { path: file })).rejects.toThrow(
      `${file} is a file. Give the project a folder of its own.`,
    );
    await expect(studio.call('project.create', { path: join(file, 'below') })).rejects.toThrow(
      /cannot be (read|made)/,
    );
    expect((await studio.call('project.current', {})).project!.path).toBe(pond);
  });
});

describe('opening a project', () => {
  it('is refused where none is, with what to do', async () => {
    const { studio, folder } = await newStudio();
    await mkdir(join(folder, 'plain'));
    await writeFile(join(folder, 'file'), '');
    const open = (name: string) => studio.call('project.open', { path: join(folder, name) });
    await expect(open('none')).rejects.toThrow('There is no folder');
    await expect(open('plain')).rejects.toThrow('is not a Graft project: it has no studio.db.');
    await expect(open('file')).rejects.toThrow('is a file. Open the project');
    expect(existsSync(join(folder, 'plain', 'studio.db'))).toBe(false);
  });

  it('closes the one before, and finds everything again', async () => {
    const { studio, folder } = await newStudio();
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    await studio.call('project.create', { path: a });
    await studio.call('labels.create', { name: 'frog' });
    await studio.call('project.create', { path: b });
    openStore(join(a, 'studio.db'), { create: false }).close(); // it is free
    const again = await studio.call('project.open', { path: a });
    expect(again.labels).toMatchObject([{ name: 'frog' }]);
    expect(again.undo.undo).toBe('create the label frog');
  });

  it('again, also by another way to its folder, changes nothing', async () => {
    const { studio, folder, events } = await newStudio();
    const path = join(folder, 'a');
    await studio.call('project.create', { path });
    await symlink(path, join(folder, 'link'));
    events.length = 0;
    expect((await studio.call('project.open', { path: join(folder, 'link') })).path).toBe(path);
    expect(events).toEqual([]);
  });

  it('that another studio has open is refused', async () => {
    const { studio, folder } = await newStudio();
    const path = join(folder, 'a');
    await studio.call('project.create', { path });
    const other = await newStudio(folder);
    await expect(other.studio.call('project.open', { path })).rejects.toThrow('is already open');
    expect((await other.studio.call('project.current', {})).project).toBeNull();
  });

  it('by two at once ends with one open, and the other one free', async () => {
    const { studio, folder } = await newStudio();
    const paths = ['a', 'b', 'c'].map((name) => join(folder, name));
    await Promise.all(paths.map((path) => studio.call('project.create', { path })));
    expect((await studio.call('project.current', {})).project!.name).toBe('c');
    for (const path of paths.slice(0, 2))
      openStore(join(path, 'studio.db'), { create: false }).close();
  });

  it('puts back folders that were deleted: they can be made again', async () => {
    const { studio, folder } = await newStudio();
    const path = join(folder, 'a');
    await studio.call('project.create', { path });
    await studio.call('project.close', {});
    await rm(join(path, 'thumbnails'), { recursive: true });
    await studio.call('project.open', { path });
    expect(existsSync(join(path, 'thumbnails'))).toBe(true);
  });
});

describe('without a project', () => {
  it('calls that need one say so', async () => {
    const { studio } = await newStudio();
    for (const call of [
      studio.call('images.query', { filter: {}, sort: 'name' }),
      studio.call('labels.create', { name: 'frog' }),
      studio.media('thumbnail', 1),
    ])
      await expect(call).rejects.toThrow('Open or create a project first.');
    expect(await studio.call('project.close', {})).toEqual({});
  });
});

describe('recent projects', () => {
  it('are listed once each, the latest first, as long as they are there', async () => {
    const { studio, folder } = await newStudio();
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    const recent = async () => (await studio.call('project.current', {})).recent;
    expect(await recent()).toEqual([]);
    await studio.call('project.create', { path: a });
    await studio.call('project.create', { path: b });
    await studio.call('project.open', { path: a });
    expect(await recent()).toEqual([a, b]);
    await rename(b, join(folder, 'unplugged'));
    expect(await recent()).toEqual([a]);
    await rename(join(folder, 'unplugged'), b);
    expect(await recent()).toEqual([a, b]);
  });

  it('begin anew when the list was damaged', async () => {
    const { studio, folder } = await newStudio();
    await mkdir(join(folder, 'home'), { recursive: true });
    await writeFile(join(folder, 'home', 'recent.json'), '{"half');
    expect((await studio.call('project.current', {})).recent).toEqual([]);
    await studio.call('project.create', { path: join(folder, 'a') });
    expect((await studio.call('project.current', {})).recent).toEqual([join(folder, 'a')]);
  });
});

describe('a studio that is closed', () => {
  it('lets its project go, refuses what comes after, and may be closed twice', async () => {
    const { studio, folder } = await newStudio();
    const path = join(folder, 'a');
    const creating = studio.call('project.create', { path });
    await Promise.all([studio.close(), studio.close()]);
    expect((await creating).path).toBe(path);
    await expect(studio.call('project.open', { path })).rejects.toThrow('Graft is closing.');
    openStore(join(path, 'studio.db'), { create: false }).close();
  });
});

describe('a project that closes', () => {
  it('cleans up in reverse order while the store still works, whatever fails on the way', async () => {
    const folder = await temporaryFolder();
    const context = createContext({ emit: () => {} } as never);
    const log: unknown[] = [];
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => complaint.mockRestore());
    context.onOpen((project) => {
      project.onClose(async () => {
        await Promise.resolve();
        log.push(['first', project.store.images.count(), context.current()]);
      });
      project.onClose(() => {
        throw new Error('cannot clean');
      });
      project.onClose(() => void log.push('last'));
    });
    const database = join(folder, 'studio.db');
    await context.replace({ path: folder, store: openStore(database, { create: true }) });
    await context.replace(null);
    expect(log).toEqual(['last', ['first', 0, null]]);
    expect(complaint).toHaveBeenCalledOnce();
    openStore(database, { create: false }).close();
  });
});

describe('a run that was training when the studio was killed', () => {
  it('has failed with that reason when its project is opened again', async () => {
    const { studio, folder } = await newStudio();
    const path = join(folder, 'a');
    await studio.call('project.create', { path });
    await studio.call('project.close', {});
    const store = openStore(join(path, 'studio.db'), { create: false });
    const settings = defaultSettings['fine-tune-top'];
    const run = { backbone: 'resnet18', recipe: 'fine-tune-top', settings } as const;
    const data = { classes: [], counts: { train: 1, validation: 1, test: 1 } };
    store.runs.start(store.runs.create({ ...run, ...data }).id, data);
    store.close();
    await studio.call('project.open', { path });
    await studio.call('project.close', {});
    const after = openStore(join(path, 'studio.db'), { create: false });
    onTestFinished(() => after.close());
    expect(after.runs.get(1)).toMatchObject({
      state: 'failed',
      reason: 'Graft was closed while this run was training.',
    });
  });
});
