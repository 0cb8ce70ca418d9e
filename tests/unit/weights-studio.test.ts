import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Architecture } from '../../src-main/engine/backbones/backbone.ts';
import { catalogue } from '../../src-main/engine/backbones/catalogue.ts';
import { loadHead } from '../../src-main/engine/backbones/head-file.ts';
import {
  mobilenetV2Keras,
  mobilenetV2Torchvision,
} from '../../src-main/engine/backbones/mobilenet.ts';
import { resnet18 } from '../../src-main/engine/backbones/resnet.ts';
import { writeSafetensors } from '../../src-main/engine/backbones/safetensors.ts';
import { loadBackbone } from '../../src-main/engine/backbones/weight-file.ts';
import type { Tensor } from '../../src-main/engine/graph/graph.ts';
import { float32, size } from '../../src-main/engine/graph/tensor.ts';
import { EngineHost } from '../../src-main/engine/host.ts';
import { backboneCalls, bringWeights } from '../../src-main/studio/backbones.ts';
import { backboneFile } from '../../src-main/studio/weight-folder.ts';
import type { StudioEvent } from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { uniform } from '../helpers/random.ts';

const drawn = ({ parameters }: Architecture): Map<string, Tensor> =>
  new Map([...parameters].map(([name, dims]) => [name, float32(dims, uniform(name, size(dims)))]));

let home: string;
beforeEach(async () => {
  home = await temporaryFolder();
  vi.stubEnv('GRAFT_HOME', home);
});
afterEach(() => vi.unstubAllEnvs());

/** The use cases, and what they told. */
function calls(bring?: typeof bringWeights) {
  const events: StudioEvent[] = [];
  const closing = new AbortController();
  const options = { closing: closing.signal, ...(bring && { bring }) };
  const engine = new EngineHost();
  onTestFinished(() => engine.close());
  const handlers = backboneCalls({ emit: (event) => events.push(event), engine }, options);
  return { events, close: () => closing.abort(), ...handlers };
}

/** A weight file as somebody would bring it: other tensors beside those that are needed. */
async function weightFile(tensors: Map<string, Tensor>): Promise<string> {
  const path = join(await temporaryFolder(), 'mine.safetensors');
  await writeSafetensors(path, tensors, {});
  return path;
}

describe('a weight file that is added', () => {
  it('is recognised, kept, and used from then on', async () => {
    const weights = drawn(mobilenetV2Torchvision);
    weights.set('classifier.1.weight', float32([2, 1280], new Float32Array(2560)));
    const studio = calls();
    const added = await studio['backbones.add']({ file: await weightFile(weights) });
    expect(added).toMatchObject({ name: 'mobilenet_v2', ready: true, parameters: 2_223_872 });
    expect(added.blocks.at(-1)).toBe('head');
    expect(studio.events).toEqual([{ name: 'backbones.changed', data: {} }]);
    expect(await readdir(join(home, 'backbones'))).toEqual(['mobilenet_v2.safetensors']);

    const file = await backboneFile('mobilenet_v2');
    expect(file.weights).toBe(join(home, 'backbones', 'mobilenet_v2.safetensors'));
    const { graph, features } = await loadBackbone(file);
    expect(features).toBe(1280);
    expect(graph.initializers.get('features.0.0.weight')).toEqual(
      weights.get('features.0.0.weight'),
    );
    expect((await studio['backbones.list']({})).backbones).toContainEqual(added);
  });

  it('brings its last layer of 1,000 classes along', async () => {
    const weights = drawn(mobilenetV2Torchvision);
    const head = float32([1000, 1280], uniform('head', 1_280_000));
    weights.set('classifier.1.weight', head);
    weights.set('classifier.1.bias', float32([1000], new Float32Array(1000)));
    await calls()['backbones.add']({ file: await weightFile(weights) });
    const file = await backboneFile('mobilenet_v2');
    expect((await loadHead(file, 1280))?.weight.data).toEqual(head.data);
    expect((await calls()['backbones.list']({})).backbones).toHaveLength(catalogue.length);
  });

  it('replaces the one before it, and has another identity', async () => {
    const studio = calls();
    const weights = drawn(mobilenetV2Keras);
    await studio['backbones.add']({ file: await weightFile(weights) });
    const { sha256 } = await backboneFile('mobilenet_v2');
    weights.set('features.0.1.bias', float32([32], new Float32Array(32)));
    await studio['backbones.add']({ file: await weightFile(weights), as: 'mobilenet_v2' });
    expect((await backboneFile('mobilenet_v2')).sha256).not.toBe(sha256);
  });

  it('that fits nothing is refused with the reason, and nothing is left behind', async () => {
    const studio = calls();
    const weights = drawn(mobilenetV2Keras);
    weights.set('features.3.conv.2.weight', float32([1], [0]));
    const file = await weightFile(weights);
    await expect(studio['backbones.add']({ file, as: 'mobilenet_v2' })).rejects.toThrow(
      'mine.safetensors does not fit: features.3.conv.2.weight is 1, MobileNetV2 needs 24x144x1x1.',
    );
    await expect(studio['backbones.add']({ file, as: 'resnet18' })).rejects.toThrow(
      'ResNet18 needs',
    );
    await expect(studio['backbones.add']({ file, as: 'alexnet' })).rejects.toThrow(
      'There is no backbone "alexnet"; there are efficientnet_lite0,',
    );
    const other = await weightFile(new Map([['a', float32([1], [0])]]));
    await expect(studio['backbones.add']({ file: other })).rejects.toThrow('was not recognised');
    expect(await readdir(home)).toEqual([]);
    expect(studio.events).toEqual([]);
  });
});

it('a damaged kept file is not ready, and says so when it is asked for', async () => {
  const folder = join(home, 'backbones');
  await mkdir(folder);
  await writeFile(join(folder, 'vgg16.safetensors'), 'damaged!');
  const { backbones } = await calls()['backbones.list']({});
  expect(backbones.find(({ name }) => name === 'vgg16')).toMatchObject({ ready: false });
  await expect(backboneFile('vgg16')).rejects.toThrow('vgg16.safetensors is no whole safetensors');
});

it('weights that are not here are asked for by their name', async () => {
  await expect(backboneFile('vgg16')).rejects.toThrow(
    'VGG16 has no weights here yet: fetch them, or add a weight file for vgg16.',
  );
});

describe('fetching', () => {
  const ended = (events: readonly StudioEvent[]) =>
    vi.waitUntil(() => events.some(({ name }) => name === 'backbones.changed'), { timeout: 5000 });

  it('downloads, checks, converts and forgets the download', async () => {
    const path = await weightFile(drawn(mobilenetV2Keras));
    const content = await readFile(path);
    const server = createServer((_, response) => response.end(content));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/it`;
    const sha256 = createHash('sha256').update(content).digest('hex').slice(0, 8);
    const download = { kind: 'file', url, bytes: content.length, sha256 } as const;
    await bringWeights('mobilenet_v2', download, {});
    expect(await readdir(join(home, 'backbones'))).toEqual(['mobilenet_v2.safetensors']);
    expect((await loadBackbone(await backboneFile('mobilenet_v2'))).features).toBe(576);

    const wrong = bringWeights('mobilenet_v2', { ...download, sha256: 'f37072fd' }, {});
    await expect(wrong).rejects.toThrow('is not what it should be');
  });

  it('tells how far it is, and that it is done', async () => {
    const { events, ...studio } = calls(async (_name, _download, { onProgress }) => {
      onProgress?.(0, 10);
      onProgress?.(10, 10);
    });
    expect(await studio['backbones.fetch']({ name: 'resnet18' })).toEqual({});
    await ended(events);
    const progress = { name: 'resnet18', total: 10, error: null };
    expect(events).toEqual([
      { name: 'backbone.progress', data: { ...progress, received: 0, total: null } },
      { name: 'backbone.progress', data: { ...progress, received: 0 } },
      { name: 'backbone.progress', data: { ...progress, received: 10 } },
      { name: 'backbones.changed', data: {} },
    ]);
  });

  it('tells why it failed', async () => {
    const { events, ...studio } = calls(() =>
      Promise.reject(new StudioError('unavailable', 'No network.')),
    );
    await studio['backbones.fetch']({ name: 'resnet18' });
    await ended(events);
    const data = { name: 'resnet18', received: 0, total: null, error: 'No network.' };
    expect(events[1]).toEqual({ name: 'backbone.progress', data });
  });

  it('runs once at a time, and can be cancelled', async () => {
    let started = 0;
    const { events, ...studio } = calls(
      (_name, _download, { signal }) =>
        new Promise((_, reject) => {
          started++;
          signal?.addEventListener('abort', () => reject(signal.reason));
        }),
    );
    await Promise.all([
      studio['backbones.fetch']({ name: 'vgg16' }),
      studio['backbones.fetch']({ name: 'vgg16' }),
    ]);
    expect(started).toBe(1);
    studio['backbones.cancelFetch']({ name: 'vgg16' });
    await ended(events);
    const { name } = events.at(-1)!;
    expect([started, name]).toEqual([1, 'backbones.changed']);
  });

  it('of shared weights is one download, told of both networks', async () => {
    const fetched: string[] = [];
    const asked = Promise.withResolvers<void>();
    const { events, ...studio } = calls((name) => {
      fetched.push(name);
      return asked.promise;
    });
    await Promise.all(['vgg16_conv', 'vgg16'].map((name) => studio['backbones.fetch']({ name })));
    asked.resolve();
    await ended(events);
    expect(fetched).toEqual(['vgg16']);
    const told = events.flatMap(({ name, data }) =>
      name === 'backbone.progress' ? [data.name] : [],
    );
    expect(told).toEqual(['vgg16', 'vgg16_conv']);
  });

  it('ends when the studio closes', async () => {
    const { events, close, ...studio } = calls(
      (_name, _download, { signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
        }),
    );
    await studio['backbones.fetch']({ name: 'vgg16' });
    close();
    await ended(events);
  });

  it('of what is here already is over at once', async () => {
    const weights = drawn(resnet18);
    const { events, ...studio } = calls(() => Promise.reject(new Error('must not be called')));
    await studio['backbones.add']({ file: await weightFile(weights) });
    await studio['backbones.fetch']({ name: 'resnet18' });
    const changed = { name: 'backbones.changed', data: {} };
    expect(events).toEqual([changed, changed]);
  });

  it('of what comes with Graft is refused', async () => {
    const { 'backbones.fetch': fetch } = calls();
    await expect(fetch({ name: 'mobilenet_v2' })).rejects.toThrow('MobileNetV2 comes with Graft');
    await expect(fetch({ name: 'alexnet' })).rejects.toThrow('There is no backbone "alexnet"');
  });
});
