/** A network of the person's own, from an ONNX file that is uploaded in the browser. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { EngineHost } from '../../src-main/engine/host.ts';
import { openPage, openProject } from '../helpers/browser.ts';
import { externalClassifier } from '../helpers/external-classifier.ts';

it('asks how it was fed, by keyboard, and takes its weights from the file that comes along', async () => {
  const engine = new EngineHost();
  onTestFinished(() => engine.close());
  const { door, folder, studio } = await openProject(engine);
  const { model, weights } = externalClassifier('pond.onnx.data');
  const files = [join(folder, 'pond.onnx'), join(folder, 'pond.onnx.data')] as const;
  await writeFile(files[0], model);
  await writeFile(files[1], weights);
  const page = await openPage(`${door.url}#train`);
  await page.getByRole('button', { name: '+ Add a network' }).waitFor();
  const input = page.locator('input[data-kind=network]');

  await input.setInputFiles(files[0]);
  await page.getByText('which is not beside it: put both into one folder').waitFor();

  await input.setInputFiles([...files]);
  const dialog = page.getByRole('dialog', { name: 'How was this network fed?' });
  await dialog.waitFor();
  expect(await dialog.getByText('pond.onnx does not say').count()).toBe(1);
  const values = dialog.getByRole('combobox', { name: 'Values of its pictures' });
  expect(await values.evaluate((element) => element === document.activeElement)).toBe(true);
  // The file says how large its pictures are.
  expect(await dialog.getByRole('textbox').count()).toBe(0);
  await page.keyboard.press('ArrowDown');
  await dialog.getByRole('button', { name: 'Add the network' }).press('Enter');
  await page.getByText('pond is ready.').waitFor();
  expect(await page.getByRole('checkbox', { name: /^pond/ }).isEnabled()).toBe(true);
  const { backbones } = await studio.call('backbones.list', {});
  expect(backbones.find(({ name }) => name === 'pond')).toMatchObject({ inputSize: 32 });
});
