/** The choice of the runtime: there once another is installed, with what was measured beside it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { Job } from '../../src-main/engine/protocol.ts';
import type { Engine } from '../../src-main/studio/context.ts';
import { openPage, openProject } from '../helpers/browser.ts';
import { fakeEngine } from '../helpers/fake-engine.ts';
import { temporaryFolder } from '../helpers/folders.ts';

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

it('is offered with what each recipe gains, and kept', async () => {
  const installed = await temporaryFolder();
  vi.stubEnv('GRAFT_TENSORFLOW', installed);
  const { door, studio } = await openProject(pacedEngine());
  const page = await openPage(`${door.url}#train`);
  const choice = page.getByRole('combobox', { name: 'Computed with' });
  await page.getByRole('combobox', { name: 'Computed on' }).waitFor();
  expect(await choice.count()).toBe(0);

  await mkdir(installed, { recursive: true });
  const record = { version: '2.21.0', cuda: null, source: 'a test', bytes: 1, folder: installed };
  await writeFile(join(installed, 'installed.json'), JSON.stringify(record));
  await page.reload();
  await choice.selectOption('TensorFlow');
  await expect
    .poll(async () => (await studio.call('preferences.get', {})).runtime)
    .toBe('tensorflow');

  await page.getByRole('button', { name: 'Measure' }).click();
  await page.getByText('Fine-tune top: 2.0 times as fast with TensorFlow').waitFor();
  await page.getByText('Feature extraction: 2.0 times as fast with ONNX Runtime').waitFor();
  await page.getByText(/^Measured .* with /).waitFor();
  const look = process.env.GRAFT_LOOK;
  if (look) await page.screenshot({ path: `${look}-runtime.png` });
});
