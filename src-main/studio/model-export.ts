/** Taking a trained model along: the file alone, or a folder with all that one needs to use it. */
import { copyFile, stat } from 'node:fs/promises';
import type { Context } from './context.ts';
import type { Handlers } from './handlers.ts';
import { modelEntries } from './model-folder/entries.ts';
import { writeOut } from './out-file.ts';
import { writeTree } from './out-tree.ts';
import { trainedModel } from './runs.ts';

export function modelExportCalls(
  context: Context,
  sources: Pick<Handlers, 'backbones.list' | 'runs.predictions'>,
): Pick<Handlers, 'runs.export'> {
  return {
    'runs.export': async ({ id, format, precision, out }) => {
      const project = context.project();
      const { run, path: model } = trainedModel(project, id, precision);
      if (format === 'onnx') {
        const path = await writeOut(out, 'model.onnx', (temporary) => copyFile(model, temporary));
        return { path, bytes: (await stat(path)).size };
      }
      const models = {
        'model.onnx': trainedModel(project, id).path,
        ...(run.quantisation && { 'model.fast.onnx': trainedModel(project, id, 'fast').path }),
      };
      const entries = await modelEntries(project, run, models, sources);
      const path = await writeTree(out, entries);
      return { path, bytes: await bytesOf(path, entries) };
    },
  };
}

/** Of the .zip, or of all in the folder. */
async function bytesOf(path: string, entries: readonly { readonly to: string }[]): Promise<number> {
  const whole = await stat(path);
  if (whole.isFile()) return whole.size;
  const sizes = await Promise.all(
    entries.map(async ({ to }) => (await stat(`${path}/${to}`)).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
