/** The layer that a backbone ended in: kept beside the weights, and asked what it makes of pictures. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { askHead } from '../../src-main/engine/advise/source-head.ts';
import {
  headIn,
  headPath,
  loadHead,
  writeHead,
} from '../../src-main/engine/backbones/head-file.ts';
import { mobilenetV2Keras } from '../../src-main/engine/backbones/mobilenet.ts';
import { resnet18 } from '../../src-main/engine/backbones/resnet.ts';
import { float32 } from '../../src-main/engine/graph/tensor.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { uniform } from '../helpers/random.ts';

const classes = 1000;
const features = 8;
const weight = float32([classes, features], uniform('weight', classes * features));
const bias = float32([classes], uniform('bias', classes));
const tensors = new Map([
  ['fc.weight', weight],
  ['fc.bias', bias],
  ['conv1.weight', float32([1], [1])],
]);

it('is kept beside the weights, and is theirs alone', async () => {
  const weights = join(await temporaryFolder(), 'resnet18.safetensors');
  const file = { name: 'resnet18', weights, sha256: 'abc' };
  expect(await loadHead(file, features)).toBeNull();
  await writeHead(headPath(weights), headIn(resnet18, tensors)!, 'abc');
  const head = await loadHead(file, features);
  expect(head?.weight).toMatchObject({ rows: classes, columns: features });
  expect(head?.weight.data).toEqual(weight.data);
  expect(head?.bias).toEqual(bias.data);
  expect(await loadHead({ ...file, sha256: 'def' }, features)).toBeNull();
  expect(await loadHead(file, 2 * features)).toBeNull();
});

it('is taken from weight files that hold one of 1,000 classes', () => {
  expect([...headIn(resnet18, tensors)!.keys()]).toEqual(['weight', 'bias']);
  const ten = new Map([
    ['fc.weight', float32([10, features], uniform('weight', 10 * features))],
    ['fc.bias', float32([10], uniform('bias', 10))],
  ]);
  expect(headIn(resnet18, ten)).toBeNull();
  expect(headIn(resnet18, new Map([['fc.weight', weight]]))).toBeNull();
  // Its last layer was trained for another purpose.
  expect(headIn(mobilenetV2Keras, tensors)).toBeNull();
});

it('tells confidence and entropy of each picture', async () => {
  const rows = 2;
  const data = Float32Array.from([1, 0, 0, 0]);
  // The first picture is the first class for sure, the second could be any.
  const certain = Float32Array.from({ length: 2 * classes }, (_, i) => (i === 0 ? 100 : 0));
  const { confidence, entropy } = await askHead(
    { weight: { rows: classes, columns: 2, data: certain }, bias: new Float32Array(classes) },
    { rows, columns: 2, data },
  );
  expect(confidence[0]).toBeCloseTo(1, 6);
  expect(entropy[0]).toBeCloseTo(0, 6);
  expect(confidence[1]).toBeCloseTo(1 / classes, 6);
  expect(entropy[1]).toBeCloseTo(1, 5);
});
