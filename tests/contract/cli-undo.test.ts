/** `graft undo` and `graft redo`: each command a process of its own, so that all of it is across restarts. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createStudio } from '../../src-main/studio/studio.ts';
import { openWebDoor } from '../../src-main/web/door.ts';
import { cli } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { writeShapes } from '../helpers/shapes.ts';

async function emptyProject() {
  const folder = await temporaryFolder();
  const env = { GRAFT_HOME: join(folder, 'home') };
  const graft = (...args: string[]) => cli(args, { cwd: folder, env });
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await graft(...args, '--json');
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  await writeShapes(join(folder, 'shapes'), 1);
  await json('init', 'project');
  return { folder, graft, json };
}

it('takes back step by step what was done, and does it again', async () => {
  const { graft, json } = await emptyProject();
  await json('import', 'project', 'shapes/circle');
  await json('label', 'project', 'shapes/circle/circle 1.png', '--as', 'newt');
  const undone = await graft('undo', 'project');
  expect(undone.stdout).toBe('Undone: label 1 picture as newt.\n');
  expect(await json('undo', 'project')).toEqual({ what: 'create the label newt' });
  expect(await json('undo', 'project')).toEqual({ what: 'import 1 picture from circle' });
  expect((await json('status', 'project')).project).toMatchObject({ images: 0, labels: [] });
  expect(await json('undo', 'project')).toEqual({ what: null });

  expect(await json('redo', 'project')).toEqual({ what: 'import 1 picture from circle' });
  const again = await graft('redo', 'project');
  expect(again.stdout).toBe('Done again: create the label newt.\n');
  expect((await json('status', 'project')).project).toMatchObject({
    ...{ images: 1, labelled: 0, labels: [{ name: 'newt' }] },
  });
});

it('works on the studio that has the project open', async () => {
  const { folder, graft } = await emptyProject();
  const studio = createStudio();
  const door = await openWebDoor(studio, { rendererDir: null });
  try {
    const path = join(folder, 'project');
    await studio.call('project.open', { path });
    await studio.call('labels.create', { name: 'frog' });
    expect((await graft('undo', 'project')).stdout).toBe('Undone: create the label frog.\n');
    expect((await studio.call('project.current', {})).project).toMatchObject({ path, labels: [] });
    const nothing = await graft('undo', 'project');
    expect(nothing).toMatchObject({ code: 0, stdout: 'There is nothing to undo.\n' });
  } finally {
    await door.close();
    await studio.close();
  }
});
