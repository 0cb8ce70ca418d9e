import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { FilePrediction, Rejection } from '../../../src-shared/domain.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import { interruptible } from '../interrupt.ts';
import { addCommonOptions, type CommonOptions, positiveInteger } from '../options.ts';
import { percent, plural, print, printJson, table } from '../output.ts';
import { createProgress } from '../progress.ts';
import { type Session, withProject } from '../session.ts';
import { uploadFiles } from '../upload.ts';

/** As many as the bar should move at once, far below what one call takes. */
const batchSize = 64;

/** Paths come back as the person wrote them. */
async function predictFiles(
  session: Session,
  run: number,
  given: readonly string[],
  json: boolean,
  signal: AbortSignal,
): Promise<{ predictions: FilePrediction[]; rejected: Rejection[] }> {
  const progress = createProgress({ json });
  const written = new Map(given.map((file) => [resolve(file), file]));
  const files = [...written.keys()];
  const predictions: FilePrediction[] = [];
  const rejected: Rejection[] = [];
  try {
    for (let from = 0; from < files.length; from += batchSize) {
      signal.throwIfAborted();
      const paths = files.slice(from, from + batchSize);
      const there = session.local
        ? paths.map((path) => ({ local: path, there: path }))
        : await uploadFiles(session, paths, 'predict', progress, signal);
      const local = new Map(there.map((file) => [file.there, file.local]));
      const asWritten = (path: string) => written.get(local.get(path) ?? path) ?? path;
      const answer = await session.studio.call('predict', {
        run,
        files: there.map((file) => file.there),
      });
      for (const one of answer.predictions) {
        predictions.push({ ...one, path: asWritten(one.path) });
      }
      for (const one of answer.rejected) rejected.push({ ...one, path: asWritten(one.path) });
      progress.show({
        what: 'Predicting',
        done: from + paths.length,
        total: files.length,
        unit: 'pictures',
        secondsLeft: null,
      });
    }
    return { predictions, rejected };
  } finally {
    progress.clear();
  }
}

export function predict(program: Command): void {
  addCommonOptions(
    program
      .command('predict')
      .argument('<dir>')
      .argument('<run>', 'number of a finished run', positiveInteger)
      .argument('<file...>'),
  )
    .description('ask a trained model what is on pictures')
    .action((dir: string, run: number, files: string[], options: CommonOptions) =>
      withProject(dir, options.connect, (session) =>
        interruptible(async (signal) => {
          const { predictions, rejected } = await predictFiles(
            session,
            run,
            files,
            options.json,
            signal,
          );
          if (options.json) printJson(predictions);
          else if (predictions.length > 0) {
            print(
              table(predictions, [
                { title: 'File', text: ({ path }) => path },
                { title: 'Label', text: ({ label }) => label },
                {
                  title: 'Probability',
                  text: ({ probability }) => percent(probability),
                  align: 'right',
                },
                { title: '', text: ({ unsure }) => (unsure ? 'unsure' : '') },
              ]),
            );
          }
          if (rejected.length > 0) {
            const reasons = rejected.map(({ path, reason }) => `${path}: ${reason}`);
            throw new StudioError(
              'refused',
              [`${plural(rejected.length, 'file')} could not be read.`, ...reasons].join('\n'),
            );
          }
        }),
      ),
    );
}
