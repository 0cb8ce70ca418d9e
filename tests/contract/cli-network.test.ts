/** A network whose weights lie beside it, added from a terminal to a studio on another machine. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createStudio } from '../../src-main/studio/studio.ts';
import { openWebDoor } from '../../src-main/web/door.ts';
import { cli } from '../helpers/cli.ts';
import { externalClassifier } from '../helpers/external-classifier.ts';
import { temporaryFolder } from '../helpers/folders.ts';

it('brings its weights, and what says how it was fed, along', async () => {
  const folder = await temporaryFolder();
  process.env.GRAFT_HOME = join(folder, 'there');
  const studio = createStudio({});
  const door = await openWebDoor(studio, { rendererDir: null });
  onTestFinished(async () => {
    await door.close();
    await studio.close();
  });
  const here = join(folder, 'here');
  await mkdir(here);
  const { model, weights } = externalClassifier('pond.onnx.data');
  await writeFile(join(here, 'pond.onnx'), model);
  const env = { GRAFT_HOME: join(folder, 'own') };
  const add = () =>
    cli(['backbones', 'add', join(here, 'pond.onnx'), '--json', '--connect', door.url], { env });
  const alone = await add();
  expect(alone.code).toBe(1);
  expect(alone.stderr + alone.stdout).toContain('which is not beside it');

  await writeFile(join(here, 'pond.onnx.data'), weights);
  const said = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
  await writeFile(join(here, 'preprocessor_config.json'), JSON.stringify(said));
  const added = await add();
  expect(added.code, added.stderr).toBe(0);
  expect(JSON.parse(added.stdout)).toMatchObject({ name: 'pond', inputSize: 32, assumed: [] });
});
