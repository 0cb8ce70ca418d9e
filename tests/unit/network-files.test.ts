/** ONNX files through the use cases: their name, what comes with them, and what is refused. */
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { EngineHost } from '../../src-main/engine/host.ts';
import { backboneCalls } from '../../src-main/studio/backbones.ts';
import { externalClassifier } from '../helpers/external-classifier.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { importAll, studioWithProject } from '../helpers/studio.ts';

let home: string;
beforeEach(async () => {
  home = await temporaryFolder();
  vi.stubEnv('GRAFT_HOME', home);
});
afterEach(() => vi.unstubAllEnvs());

function studio() {
  const engine = new EngineHost();
  onTestFinished(() => engine.close());
  return backboneCalls({ emit: () => {}, engine });
}

const exporters = fileURLToPath(new URL('../engine/fixtures/exporters/', import.meta.url));
const kept = () => readdir(join(home, 'backbones')).catch(() => []);

describe('a network that is called like one that comes with Graft', () => {
  it('is refused, and takes its place where that is said', async () => {
    const file = join(home, 'resnet18.onnx');
    await copyFile(join(exporters, 'keras', 'model.onnx'), file);
    const calls = studio();
    await expect(calls['backbones.add']({ file })).rejects.toThrow(
      'resnet18.onnx is called like a network that comes with Graft, ResNet18: give the file another name, or put it in that one\'s place with "graft backbones add FILE --as resnet18".',
    );
    expect(await kept()).toEqual([]);
    const added = await calls['backbones.add']({ file, as: 'resnet18' });
    expect(added).toMatchObject({ name: 'resnet18', ready: true, inputSize: 32 });
  });
});

describe('weights in a file of their own', () => {
  /** As uploads are kept: each file in a folder that is called like its content. */
  async function uploaded() {
    const { model, weights } = externalClassifier('net.onnx.data');
    const place = async (letter: string, name: string, bytes: Uint8Array) => {
      const folder = join(home, 'uploads', letter.repeat(64));
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, name), bytes);
      return join(folder, name);
    };
    return {
      file: await place('a', 'net.onnx', model),
      data: await place('b', 'net.onnx.data', weights),
    };
  }

  it('are taken from the file that came with the model', async () => {
    const { file, data } = await uploaded();
    const added = await studio()['backbones.add']({ file, beside: [data] });
    expect(added).toMatchObject({ name: 'net', ready: true });
  });

  it('are missed in words, and not taken from what was uploaded at another time', async () => {
    const { file } = await uploaded();
    await expect(studio()['backbones.add']({ file })).rejects.toThrow(
      'The weights of net.onnx are in a file of their own, "net.onnx.data", which is not beside it: put both into one folder, and choose both when you upload them.',
    );
    expect(await kept()).toEqual([]);
  });
});

describe('preprocessor_config.json', () => {
  it('answers what the model leaves open when it comes along', async () => {
    const file = join(home, 'net.onnx');
    const folder = join(exporters, 'huggingface-vit');
    await copyFile(join(folder, 'model.onnx'), file);
    const calls = studio();
    expect((await calls['backbones.inspect']({ file })).normalisation).toBeNull();
    const beside = [join(folder, 'preprocessor_config.json')];
    expect(await calls['backbones.inspect']({ file, beside })).toEqual({
      inputSize: 32,
      normalisation: { mean: [0.5, 0.4, 0.3], std: [0.25, 0.2, 0.3] },
    });
  });
});

describe('a run', () => {
  it('that would have to train through an operator without a rule is refused at its start', async () => {
    const engine = new EngineHost();
    onTestFinished(() => engine.close());
    const { studio: whole, folder } = await studioWithProject(engine);
    await writeShapes(join(folder, 'shapes'), 5);
    await importAll(whole, [join(folder, 'shapes')], 'folders');
    const { model, weights } = externalClassifier('odd.onnx.data', true);
    await writeFile(join(folder, 'odd.onnx'), model);
    await writeFile(join(folder, 'odd.onnx.data'), weights);
    await whole.call('backbones.add', { file: join(folder, 'odd.onnx') });
    const start = whole.call('runs.start', {
      runs: [{ recipe: 'fine-tune-all', backbone: 'odd', settings: {} }],
    });
    await expect(start).rejects.toThrow(
      /odd cannot be trained through the operator Selu \(.*\): use it as it is \(feature-extraction\)\./,
    );
    expect((await whole.call('runs.list', {})).runs).toEqual([]);
  });
});
