/** What a door serves as bytes. The page names an id; which file that is, only this side knows. */
import { readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Media, MediaKind } from '../../src-shared/contract.ts';
import { assertNever } from '../../src-shared/errors.ts';
import type { TrainSettings } from '../../src-shared/recipes.ts';
import { picture } from '../images/picture.ts';
import { thumbnail, thumbnailType } from '../images/thumbnails.ts';
import type { Context, OpenProject } from './context.ts';
import { trainedModel } from './runs.ts';

export function mediaReader(context: Context) {
  return async (kind: MediaKind, id: number): Promise<Media> => {
    const project = context.project();
    const { path, store } = project;
    switch (kind) {
      case 'thumbnail': {
        const image = store.images.get(id);
        const folder = join(path, 'thumbnails');
        const bytes = await thumbnail(context.inspectors, folder, image.sha256, image.path);
        return { type: thumbnailType, bytes, fileName: `${parse(image.name).name}.jpg` };
      }
      case 'picture': {
        const image = store.images.get(id);
        return { ...(await picture(context.inspectors, image.path)), fileName: image.name };
      }
      case 'model':
        return model(project, id, 'exact');
      case 'fast-model':
        return model(project, id, 'fast');
      default:
        return assertNever(kind);
    }
  };
}

async function model(
  project: OpenProject,
  id: number,
  precision: TrainSettings['precision'],
): Promise<Media> {
  const { run, path } = trainedModel(project, id, precision);
  return {
    type: 'application/octet-stream',
    bytes: await readFile(path),
    fileName: `${run.backbone}-${run.recipe}-${id}${precision === 'fast' ? '-fast' : ''}.onnx`,
  };
}
