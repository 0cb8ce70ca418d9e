/**
 * What 8 bits do to the features of the networks whose weights can be had here, on two sets of real pictures or on
 * others of the labelled sets:
 *
 *     npm run -s bench -- precision [SET...]
 *
 * prints one JSON line for each network and set: the way it was quantised with 64 of the pictures, the mean cosine
 * with the exact features, and the accuracy of a cross-validated linear classifier on both, over all pictures.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Backbone } from '../../src-main/engine/backbones/backbone.ts';
import { describeWeights, loadBackbone } from '../../src-main/engine/backbones/weight-file.ts';
import { inMemory } from '../../src-main/engine/features/features.ts';
import { cut } from '../../src-main/engine/graph/cut.ts';
import { fastTrunk } from '../../src-main/engine/quantise/fast-trunk.ts';
import { runOn } from '../../src-main/engine/quantise/pictures.ts';
import { meanCosine } from '../../src-main/engine/quantise/similarity.ts';
import { onnxruntime as runtime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import { chooseLayer, stratifiedFolds } from '../../src-main/engine/training/choose-layer.ts';
import { loadPixels } from '../../src-main/images/pixels.ts';
import { resources } from '../../src-main/programs.ts';
import { calibrationPictures } from '../../src-shared/precision.ts';
import { defaultSettings } from '../../src-shared/recipes.ts';
import { labelledSet } from './helpers/labelled-sets/write.ts';
import { resnet18LearnedHere } from './helpers/resnet18-learned-here.ts';
import { vgg16OfItsAuthors } from './helpers/vgg16-of-its-authors.ts';

const given = process.argv.slice(2);
const sets = given.length > 0 ? given : ['emoji', 'foods'];
const { signal } = new AbortController();

async function* backbones(): AsyncGenerator<Backbone, void, void> {
  const folder = join(resources, 'backbones');
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.safetensors'))) {
    const weights = join(folder, name);
    const { sha256 } = await describeWeights(weights);
    yield await loadBackbone({ name, weights, sha256 });
  }
  yield await vgg16OfItsAuthors();
  yield await resnet18LearnedHere();
}

for (const set of sets) {
  const { classes, pictures: files } = await labelledSet(set, 80);
  const labels = files.map(({ label }) => label);
  const all = files.map((_, at) => at);
  for await (const backbone of backbones()) {
    const { preprocessing } = backbone;
    const { trunk } = cut(backbone.graph, backbone.blocks.at(-1)!.output);
    const pixels = await Promise.all(files.map(({ path }) => loadPixels(path, preprocessing)));
    const dims = [3, preprocessing.size, preprocessing.size];
    const folds = Math.ceil(files.length / calibrationPictures);
    const [calibration, check] = stratifiedFolds(all, labels, folds, 1).map((fold) => ({
      dims,
      pixels: fold.map((at) => pixels[at]!),
    }));
    const pictures = { dims, pixels };
    const how = { runtime, trunk, pictures: calibration!, check: check!, signal };
    const fast = await fastTrunk(how);
    const [exactRows] = await runOn(runtime, trunk, pictures, signal);
    const [fastRows] = await runOn(runtime, fast.graph, pictures, signal);
    const { qualities } = await chooseLayer({
      ...{ runtime, labels, signal },
      layers: [exactRows!, fastRows!].map((rows) => {
        const together = new Float32Array(rows.length * backbone.features);
        for (const [i, row] of rows.entries()) together.set(row, i * backbone.features);
        return inMemory(together, [backbone.features]);
      }),
      classes: classes.length,
      train: all,
      settings: { ...defaultSettings['early-features'], epochs: 60, seed: 1 },
    });
    console.log(
      JSON.stringify({
        network: backbone.name,
        set,
        pictures: files.length,
        ...fast.way,
        cosine: meanCosine(exactRows!, fastRows!),
        exact: qualities[0]!.accuracy,
        fast: qualities[1]!.accuracy,
      }),
    );
  }
}
