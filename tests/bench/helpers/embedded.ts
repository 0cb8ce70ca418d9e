/** A labelled set as the network sees it: what suggestions and the choice of what to label next work on. */
import { join } from 'node:path';
import type { Embedding } from '../../../src-main/engine/assist/embedding.ts';
import { knownAs } from '../../../src-main/engine/assist/state.ts';
import { embed } from '../../../src-main/engine/jobs/embed.ts';
import { root } from '../../../src-main/programs.ts';
import { backboneFile } from '../../../src-main/studio/weight-folder.ts';
import { labelledSet } from './labelled-sets/write.ts';

export interface EmbeddedSet {
  readonly name: string;
  readonly classes: readonly string[];
  readonly embedding: Embedding;
  /** Class of each row. */
  readonly labels: readonly number[];
}

/** @param perClass pictures of each class at most */
export async function embeddedSet(
  name: string,
  perClass: number,
  backbone = 'efficientnet_lite0',
): Promise<EmbeddedSet> {
  const { classes, pictures } = await labelledSet(name, perClass);
  const result = await embed(
    {
      kind: 'embed',
      backbone: await backboneFile(backbone),
      features: join(root, 'tests', '.cache', 'embedded', `${name}-${perClass}`),
      rows: 0,
      pictures: pictures.map(({ path, sha256 }, i) => ({ imageId: i + 1, path, sha256 })),
    },
    { signal: new AbortController().signal, report: () => {} },
  );
  const { embedding } = (await knownAs(result!.embedding, result!.rows))!;
  return {
    name,
    classes,
    embedding,
    labels: embedding.ids.map((id) => pictures[id - 1]!.label),
  };
}
