import { placeOnStudio } from '../../../sources/on-studio.ts';
import type { StudioState } from '../../../state/studio.svelte.ts';

/** Ids of the pictures most like these, with them first, or like a file of the person's. */
export async function similarTo(
  studio: StudioState,
  like: readonly number[] | File,
): Promise<readonly number[] | undefined> {
  if (!(like instanceof File)) {
    const answer = await studio.ask('assist.similar', {
      like: { imageIds: like.slice(0, 1000) },
      count: 500,
    });
    return answer && [...like, ...answer.similar.map(({ imageId }) => imageId)];
  }
  try {
    const sources = { kind: 'files', files: [{ file: like, name: like.name }] } as const;
    const { placed, rejected } = await placeOnStudio(studio, sources, 'predict');
    const [file] = placed;
    if (!file) {
      studio.notices.error(`${like.name}: ${rejected[0]?.reason ?? 'it could not be read'}`);
      return undefined;
    }
    const answer = await studio.call('assist.similar', { like: { path: file.path }, count: 500 });
    return answer.similar.map(({ imageId }) => imageId);
  } catch (error) {
    studio.tell(error);
    return undefined;
  }
}
