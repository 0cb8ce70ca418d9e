/** Epochs after the first; PyTorch runs the whole network in every step, as its usual script does. */
import { mobilenetV2Torchvision } from '../../src-main/engine/backbones/mobilenet.ts';
import { resnet18 } from '../../src-main/engine/backbones/resnet.ts';
import { contest } from './helpers/contest.ts';
import { closeReference } from './helpers/reference.ts';
import { trainingSpeed } from './helpers/train.ts';

const works = [
  {
    work: 'ResNet18, fine-tune the last stage',
    goal: 2,
    model: 'resnet18',
    architecture: resnet18,
    after: 'layer3.1',
    frozen: 5,
    batch: 32,
  },
  {
    work: 'ResNet18, fine-tune all',
    goal: 1,
    model: 'resnet18',
    architecture: resnet18,
    after: null,
    frozen: null,
    batch: 16,
  },
  {
    work: 'MobileNetV2, fine-tune the last 3 blocks',
    goal: 3,
    model: 'mobilenet_v2',
    architecture: mobilenetV2Torchvision,
    after: 'block15',
    frozen: 16,
    batch: 32,
  },
];

for (const { work, goal, model, architecture, after, frozen, batch } of works) {
  const count = 4;
  await contest({
    unit: 'pictures/s',
    entries: [
      {
        work: `${work}, batch ${batch}, epochs after the first`,
        goal,
        run: () =>
          trainingSpeed({ architecture, after, batchSize: batch, pictures: count * batch }),
      },
    ],
    reference: {
      function: 'training',
      arguments: { model, frozen, batch, count, optimizer: 'adamw' },
    },
  });
}
await closeReference();
