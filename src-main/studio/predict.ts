/** What a trained model says of new pictures. */
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';
import { absolute } from './project.ts';
import { trainedModel } from './runs.ts';

const topCount = 5;

export function predictCalls(context: Context): Pick<Handlers, 'predict'> {
  return {
    predict: async ({ run: id, files }) => {
      const { run, path: model } = trainedModel(context.project(), id);
      const { classes, predictions, rejected } = await context.engine.run({
        kind: 'predict',
        model,
        files: files.map(absolute),
      });
      return {
        predictions: predictions.map(({ path, probabilities }) => {
          const top = classes
            .map((label, i) => ({ label, probability: probabilities[i]! }))
            .toSorted((a, b) => b.probability - a.probability)
            .slice(0, topCount);
          const [likeliest] = top as [(typeof top)[number]];
          const unsure = run.unsureBelow !== null && likeliest.probability < run.unsureBelow;
          return { path, ...likeliest, unsure, top };
        }),
        rejected: [...rejected],
      };
    },
  };
}
