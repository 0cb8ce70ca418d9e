import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cli } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { noise } from '../helpers/pictures.ts';

it('takes labels in and gives them out on the command line', async () => {
  const folder = await temporaryFolder();
  const env = { GRAFT_HOME: join(folder, 'home') };
  const project = join(folder, 'project');
  for (const [index, label] of ['cat', 'dog'].entries()) {
    await mkdir(join(folder, 'set', label), { recursive: true });
    await noise(16, 16, index)
      .png()
      .toFile(join(folder, 'set', label, '1.png'));
  }
  await cli(['init', project], { env });
  const first = await cli(['labels', 'import', project, join(folder, 'set'), '--json'], { env });
  expect(first.code, first.stderr).toBe(0);
  expect(JSON.parse(first.stdout)).toMatchObject({
    format: 'Image folder',
    imported: 2,
    labels: { cat: 1, dog: 1 },
    created: ['cat', 'dog'],
  });

  const labels = join(folder, 'labels.csv');
  await writeFile(labels, 'path,label\nset/cat/1.png,kitten\nnone.png,cat\n');
  const told = await cli(['labels', 'import', project, 'labels.csv'], { env, cwd: folder });
  expect(told.stdout).toContain('1 picture labelled, 1 of them anew, 1 row to look at.');
  expect(told.stdout).toContain('kitten: 1 (new label)');
  expect(told.stderr).toContain('line 3, none.png: No picture of the project has this name');

  const out = join(folder, 'out.csv');
  const given = ['labels', 'export', project, '--format', 'csv', '--out', out];
  expect((await cli(given, { env })).code).toBe(0);
  expect(await readFile(out, 'utf8')).toContain(`${join(folder, 'set/cat/1.png')},kitten,`);
  const wrong = await cli(['labels', 'export', project, '--format', 'xls', '--out', out], { env });
  expect(wrong.code).toBe(2);
});
