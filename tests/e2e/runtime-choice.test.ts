/** The choice of the runtime: there once another is installed, with what was measured beside it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { Job } from '../../src-main/engine/protocol.ts';
import type { Engine } from '../../src-main/studio/context.ts';
import type { Device, DeviceKind } from '../../src-shared/devices.ts';
import { openPage, openProject } from '../helpers/browser.ts';
import { leaveCheckpoint } from '../helpers/checkpoint.ts';
import { fakeEngine } from '../helpers/fake-engine.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

afterEach(() => vi.unstubAllEnvs());

/** TensorFlow is twice as fast at steps, and half as fast at features. */
function pacedEngine(): Engine {
  const engine = fakeEngine();
  const paces = {
    onnxruntime: { frozen: 0.01, step: 0.02 },
    tensorflow: { frozen: 0.02, step: 0.01 },
  } as const;
  const run = (job: Job, options?: Parameters<Engine['run']>[1]) => {
    if (job.kind !== 'paceRuntime') return engine.run(job, options);
    const { frozen, step } = paces[job.runtime];
    const isFrozen = job.recipe === 'feature-extraction' || job.recipe === 'early-features';
    return Promise.resolve(isFrozen ? { frozen, step: 0 } : { frozen: 0, step });
  };
  return { ...engine, run: run as Engine['run'] };
}

/** A record of TensorFlow where it is looked for: enough for the choice, which loads nothing. */
async function pretendInstalled(folder: string): Promise<void> {
  const record = { version: '2.21.0', cuda: null, source: 'a test', bytes: 1, folder };
  await writeFile(join(folder, 'installed.json'), JSON.stringify(record));
}

it('is offered with what each recipe gains, and kept', async () => {
  const installed = await temporaryFolder();
  vi.stubEnv('GRAFT_TENSORFLOW', installed);
  const { door, studio } = await openProject(pacedEngine());
  const page = await openPage(`${door.url}#train`);
  const choice = page.getByRole('combobox', { name: 'Computed with' });
  await page.getByRole('combobox', { name: 'Computed on' }).waitFor();
  expect(await choice.count()).toBe(0);

  await pretendInstalled(installed);
  await page.reload();
  await choice.selectOption('TensorFlow');
  await expect
    .poll(async () => (await studio.call('preferences.get', {})).runtime)
    .toBe('tensorflow');

  await page.getByRole('button', { name: 'Measure' }).click();
  await page.getByText('Fine-tune top: 2.0 times as fast with TensorFlow').waitFor();
  await page.getByText('Feature extraction: 2.0 times as fast with ONNX Runtime').waitFor();
  await page.getByText(/^Measured .* with /).waitFor();

  // The form of a recipe chooses for its runs alone, and says what was measured of it.
  await page.getByRole('button', { name: 'Settings of Fine-tune top' }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings of fine-tune top' });
  await dialog.getByText('Pictures and memory').click();
  await dialog.getByText(/Measured here: 2\.0 times as fast with TensorFlow\.$/).waitFor();
  const look = process.env.GRAFT_LOOK;
  if (look) await page.screenshot({ path: `${look}-runtime.png` });
});

it('is chosen anew for a run that goes on', async () => {
  const installed = await temporaryFolder();
  vi.stubEnv('GRAFT_TENSORFLOW', installed);
  const engine = fakeEngine();
  const { door, studio, folder } = await openProject(engine);
  await writeShapes(join(folder, 'shapes'), 5);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  const runs = [{ recipe: 'feature-extraction', backbone: 'mobilenet_v2' } as const];
  await studio.call('runs.start', { runs });
  await until('the run to start', () => engine.started.length === 1);
  await leaveCheckpoint(engine.started[0]!.job.runFolder, 7);
  engine.started[0]!.fail('The training engine crashed (SIGSEGV).');

  const page = await openPage(`${door.url}#train`);
  const aside = page.getByRole('complementary', { name: 'Runs and networks' });
  await aside.getByRole('button', { name: /Feature extraction .* failed$/ }).click();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  const goOn = page.getByRole('combobox', { name: 'Go on with' });
  expect(await goOn.count()).toBe(0);
  await pretendInstalled(installed);
  await page.reload();
  await aside.getByRole('button', { name: /Feature extraction .* failed$/ }).click();
  await expect.poll(() => goOn.inputValue()).toBe('onnxruntime');
  await goOn.selectOption('TensorFlow');
  const look = process.env.GRAFT_LOOK;
  if (look) await page.screenshot({ path: `${look}-resume.png` });
  await page.getByRole('button', { name: 'Resume' }).press('Enter');
  await until('the run to go on', () => engine.started.length === 2);
  expect(engine.started[1]!.job.runtime).toBe('tensorflow');
  await page
    .getByText('interrupted after epoch 7; until then it was computed with ONNX Runtime.')
    .waitFor();
});

/** Devices that each test has as it likes; the processor is one of them. */
function withDevices(
  fake: Engine,
  deviceOf: (kind: DeviceKind) => Pick<Device, 'trial' | 'problem'>,
): Engine {
  const run = (job: Job, options?: Parameters<Engine['run']>[1]) => {
    if (job.kind !== 'tryDevice') return fake.run(job, options);
    const { device: kind } = job;
    const device = { kind, name: kind, memoryBytes: null, software: false, ...deviceOf(kind) };
    return Promise.resolve(device);
  };
  return { ...fake, run: run as Engine['run'] };
}

it('goes on on another device, where there is one that can be used', async () => {
  const fake = fakeEngine();
  const engine = withDevices(fake, (kind) => ({
    trial: null,
    problem: kind === 'cuda' ? 'there is none here' : null,
  }));
  const { door, studio, folder } = await openProject(engine);
  await writeShapes(join(folder, 'shapes'), 5);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  const runs = [{ recipe: 'feature-extraction', backbone: 'mobilenet_v2' } as const];
  await studio.call('runs.start', { runs });
  await until('the run to start', () => fake.started.length === 1);
  await leaveCheckpoint(fake.started[0]!.job.runFolder, 7);
  fake.started[0]!.fail('The training engine crashed (SIGSEGV).');

  const page = await openPage(`${door.url}#train`);
  const aside = page.getByRole('complementary', { name: 'Runs and networks' });
  await aside.getByRole('button', { name: /Feature extraction .* failed$/ }).click();
  const main = page.getByRole('main');
  const device = main.getByRole('combobox', { name: 'Computed on' });
  await device.waitFor();
  expect(await device.getByRole('option').allTextContents()).toEqual([
    ...['As for all', 'Processor', 'GPU (WebGPU)'],
  ]);
  await device.selectOption('GPU (WebGPU)');
  await main.getByRole('button', { name: 'Resume' }).press('Enter');
  await until('the run to go on', () => fake.started.length === 2);
  expect(fake.started[1]!.job.device).toBe('webgpu');
});

it('offers half precision where a device trains in it, and trains so', async () => {
  const fake = fakeEngine();
  let half = false;
  const engine = withDevices(fake, () => ({
    trial: {
      ...{ seconds: 0.01, processorSeconds: 0.05, difference: 1e-6, operators: 9, onDevice: 9 },
      half,
    },
    problem: null,
  }));
  const { door, studio, folder } = await openProject(engine);
  await writeShapes(join(folder, 'shapes'), 5);
  await importAll(studio, [join(folder, 'shapes')], 'folders');
  const page = await openPage(`${door.url}#train`);
  const box = page.getByRole('dialog').getByRole('checkbox', { name: 'Half precision' });
  const openSettings = async () => {
    await page.getByRole('button', { name: 'Settings of Fine-tune top' }).click();
    await page.getByText('Pictures and memory').click();
    await page.getByRole('combobox', { name: 'Computed on' }).last().waitFor();
  };
  await page.getByText('A small step takes').waitFor(); // the devices have been tried
  await openSettings();
  expect(await box.count()).toBe(0);
  await page.keyboard.press('Escape');

  half = true;
  await page.getByRole('button', { name: 'Try again each device' }).click();
  await openSettings();
  await box.check();
  await page.getByRole('button', { name: 'Use these' }).click();
  const recipe = page.getByRole('checkbox', { name: /^Feature extraction/ });
  await recipe.setChecked(false);
  await page.getByRole('button', { name: 'Train 1 recipe' }).press('Enter');
  await until('the run to start', () => fake.started.length === 1);
  expect(fake.started[0]!.job).toMatchObject({ device: 'webgpu', half: true });
});
