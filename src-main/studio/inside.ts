/** Looking inside a finished run: what it said, how sure it may be, where it looked, and what it was taught with. */
import { join } from 'node:path';
import { atTemperature } from '../../src-shared/calibration.ts';
import type { PictureOf, Prediction } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { trainFeatures } from '../engine/model/train-features.ts';
import { argmax } from '../store/predictions.ts';
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';
import { absolute } from './project.ts';
import { runFolder } from './queue.ts';
import { finishedRun, trainedModel } from './runs.ts';

type Calls = Pick<
  Handlers,
  'runs.predictions' | 'runs.unsureBelow' | 'runs.explain' | 'runs.nearest'
>;

export function insideCalls(context: Context): Calls {
  const fileOf = (picture: PictureOf): string =>
    'path' in picture
      ? absolute(picture.path)
      : context.project().store.images.get(picture.imageId).path;

  return {
    'runs.predictions': ({ id, of }) => {
      const project = context.project();
      const { temperature } = finishedRun(project, id);
      const predictions = project.store.predictions
        .list(id, of)
        .map(({ imageId, actual, probabilities }): Prediction => {
          const predicted = argmax(probabilities);
          const before = atTemperature(probabilities, temperature ?? 1, 1);
          const probability = probabilities[predicted]!;
          return { imageId, actual, predicted, probability, uncalibrated: before[predicted]! };
        });
      return { predictions };
    },

    'runs.unsureBelow': ({ id, below }) => {
      const project = context.project();
      finishedRun(project, id);
      const run = project.store.runs.unsureBelow(id, below);
      context.emit({ name: 'run.changed', data: { run } });
      return { run };
    },

    'runs.explain': ({ id, picture, block, class: wanted }) => {
      const { run, path: model } = trainedModel(context.project(), id);
      if (wanted !== undefined && wanted >= run.classes.length) {
        throw new StudioError(
          'invalid-input',
          `Run ${id} tells ${run.classes.length} labels apart: there is no class ${wanted}.`,
        );
      }
      const file = fileOf(picture);
      return context.engine.run({ kind: 'explain', model, file, block, class: wanted });
    },

    'runs.nearest': async ({ id, picture, count }) => {
      const project = context.project();
      const { path: model } = trainedModel(project, id);
      const { near } = await context.engine.run({
        kind: 'nearest',
        model,
        features: join(runFolder(project, id), trainFeatures),
        file: fileOf(picture),
        count,
        except: 'imageId' in picture ? picture.imageId : null,
      });
      const labels = new Map(
        project.store.datasets.of(id).map(({ imageId, label }) => [imageId, label]),
      );
      const neighbours = near.flatMap(({ id: imageId, similarity }) => {
        const label = labels.get(imageId);
        return label === undefined ? [] : [{ imageId, label, similarity }];
      });
      return { neighbours };
    },
  };
}
