/** What is above the cut, alone: PyTorch is given the same cached features. */
import { resnet18 } from '../../src-main/engine/backbones/resnet.ts';
import { contest } from './helpers/contest.ts';
import { closeReference } from './helpers/reference.ts';
import { trainingSpeed } from './helpers/train.ts';

const batch = 32;
await contest({
  unit: 'pictures/s',
  entries: [
    {
      work: 'ResNet18, last stage and head, on cached features',
      goal: 1,
      run: () =>
        trainingSpeed({
          architecture: resnet18,
          after: 'layer3.1',
          batchSize: batch,
          pictures: 4 * batch,
        }),
    },
  ],
  reference: { function: 'resnet_tail', arguments: { batch, count: 8, optimizer: 'adamw' } },
});
await closeReference();
