/** Unsure, excluded, and notes: what images are marked with beside their label. All of it can be undone. */
import type { ImageMarks } from '../../src-shared/domain.ts';
import type { Database } from './database.ts';
import { needImagesIn } from './need-images.ts';
import type { Operations } from './operations.ts';

/** What is not given stays as it is. */
export type MarkChange = { readonly [K in keyof ImageMarks]?: ImageMarks[K] | undefined };

export type Marks = ReturnType<typeof marksTable>;

export function marksTable(database: Database, operations: Operations) {
  const needImages = needImagesIn(database);

  return {
    /**
     * One undoable step.
     * @returns how many images changed
     * @throws StudioError when an image does not exist; then nothing is done
     */
    set(imageIds: readonly number[], to: MarkChange): number {
      needImages(imageIds);
      return operations.perform(
        (step) => step.mark(imageIds, to),
        (changed) => wordsFor(to, changed === 1 ? '1 picture' : `${changed} pictures`),
      ).result;
    },
  };
}

function wordsFor({ unsure, excluded, note }: MarkChange, pictures: string): string {
  const words = [
    ...(unsure === undefined ? [] : [`mark ${pictures} as ${unsure ? 'unsure' : 'sure'}`]),
    ...(excluded === undefined ? [] : [`${excluded ? 'exclude' : 'take back in'} ${pictures}`]),
    ...(note === undefined ? [] : [`${note === '' ? 'take the note off' : 'note on'} ${pictures}`]),
  ];
  return words.join(', ');
}
