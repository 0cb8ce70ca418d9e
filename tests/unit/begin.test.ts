import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { folderName } from '../../src-main/studio/begin.ts';
import { createStudio } from '../../src-main/studio/studio.ts';
import type { Studio } from '../../src-shared/contract.ts';
import { temporaryFolder } from '../helpers/folders.ts';

let folder: string;
let studio: Studio;

beforeEach(async () => {
  folder = await temporaryFolder();
  process.env.GRAFT_HOME = join(folder, 'home');
  studio = createStudio();
  onTestFinished(() => studio.close());
});

describe('project.begin', () => {
  it('makes a project for a folder of pictures, and another one for the next of that name', async () => {
    const pictures = join(folder, 'pond');
    await mkdir(pictures);
    const first = await studio.call('project.begin', { name: 'pond', paths: [pictures] });
    expect(first.sources).toEqual([pictures]);
    expect(first.project.path).toBe(join(folder, 'home', 'projects', 'pond'));
    const second = await studio.call('project.begin', { name: 'pond', paths: [pictures] });
    expect(second.project.name).toBe('pond 2');
  });

  it('opens a project that is pointed at', async () => {
    const path = join(folder, 'mine');
    await studio.call('project.create', { path });
    await studio.call('project.close', {});
    const { project, sources } = await studio.call('project.begin', {
      name: 'mine',
      paths: [path],
    });
    expect({ path: project.path, sources }).toEqual({ path, sources: [] });
  });

  it('makes a project for uploads that will follow', async () => {
    const { project, sources } = await studio.call('project.begin', { name: 'frogs', paths: [] });
    expect({ name: project.name, sources }).toEqual({ name: 'frogs', sources: [] });
  });

  it('says which path is not there, and makes nothing', async () => {
    const paths = [join(folder, 'nowhere')];
    await expect(studio.call('project.begin', { name: 'x', paths })).rejects.toThrow(/nowhere/);
    expect((await studio.call('project.current', {})).project).toBeNull();
  });
});

describe('folderName', () => {
  it.each([
    ['birds.tar.gz', 'birds'],
    ['../../etc/passwd', 'etc passwd'],
    ['.hidden', 'hidden'],
    ['a:b*c', 'a b c'],
    ['...', 'Pictures'],
    ['täglich Brot', 'täglich Brot'],
  ])('%s becomes %s', (name, folder) => expect(folderName(name)).toBe(folder));
});
