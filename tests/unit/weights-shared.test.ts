/** Two networks that share one file of weights, on a VGG16 of few channels: the file of the true one has 553 MB. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Architecture } from '../../src-main/engine/backbones/backbone.ts';
import { parameterCount } from '../../src-main/engine/backbones/catalogue.ts';
import { writeSafetensors } from '../../src-main/engine/backbones/safetensors.ts';
import { vgg16, vgg16Conv } from '../../src-main/engine/backbones/vgg.ts';
import { keepWeights, loadBackbone } from '../../src-main/engine/backbones/weight-file.ts';
import type { Tensor } from '../../src-main/engine/graph/graph.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { EngineHost } from '../../src-main/engine/host.ts';
import { backboneCalls } from '../../src-main/studio/backbones.ts';
import { backboneFile } from '../../src-main/studio/weight-folder.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { uniform } from '../helpers/random.ts';

/** No other network has convolutions with biases, or fully connected layers. */
vi.mock('../../src-main/engine/backbones/layers.ts', async (original) => {
  const layers = await original<typeof import('../../src-main/engine/backbones/layers.ts')>();
  type Layer = InstanceType<typeof layers.Layers>;
  const narrow = (out: number) => Math.ceil(out / 64);
  return {
    ...layers,
    Layers: class extends layers.Layers {
      override conv(...[x, name, options]: Parameters<Layer['conv']>) {
        const out = options.bias ? narrow(options.out) : options.out;
        return super.conv(x, name, { ...options, out });
      }
      override linear(...[x, name, out]: Parameters<Layer['linear']>) {
        return super.linear(x, name, narrow(out));
      }
    },
  };
});

let folder: string;
beforeEach(async () => {
  const home = await temporaryFolder();
  vi.stubEnv('GRAFT_HOME', home);
  folder = join(home, 'backbones');
  await mkdir(folder);
});
afterEach(() => vi.unstubAllEnvs());

const drawn = ({ parameters }: Architecture): Map<string, Tensor> =>
  new Map([...parameters].map(([name, dims]) => [name, float32(dims, uniform(name, size(dims)))]));

const calls = () =>
  backboneCalls({ emit: () => {}, engine: new EngineHost() }, { closing: AbortSignal.abort() });

it('VGG16 without its fully connected layers needs no file beside that of the whole', async () => {
  const tensors = drawn(vgg16);
  await keepWeights(join(folder, 'vgg16.safetensors'), vgg16, tensors);
  const [whole, convolutions] = await Promise.all([
    backboneFile('vgg16'),
    backboneFile('vgg16_conv'),
  ]);
  expect(convolutions).toEqual({ ...whole, name: 'vgg16_conv' });
  const { name, features, graph } = await loadBackbone(convolutions);
  expect([name, features, graph.initializers.size]).toEqual(['vgg16_conv', 8, 26]);
  expect(graph.initializers.get('features.28.weight')).toEqual(tensors.get('features.28.weight'));
  const { backbones } = await calls()['backbones.list']({});
  expect(backbones.find((each) => each.name === 'vgg16_conv')).toMatchObject({
    ...{ ready: true, parameters: parameterCount(vgg16Conv) },
    blocks: ['conv1', 'conv2', 'conv3', 'conv4', 'conv5'],
  });
  expect(parameterCount(vgg16Conv)).toBeLessThan(parameterCount(vgg16));
});

it('it is recognised in a file of its own', async () => {
  const file = join(await temporaryFolder(), 'mine.safetensors');
  await writeSafetensors(file, drawn(vgg16Conv), {});
  expect(await calls()['backbones.add']({ file })).toMatchObject({ name: 'vgg16_conv' });
  expect(await readdir(folder)).toEqual(['vgg16_conv.safetensors']);
  expect((await loadBackbone(await backboneFile('vgg16_conv'))).features).toBe(8);
  await expect(backboneFile('vgg16')).rejects.toThrow('VGG16 has no weights here yet');
});
