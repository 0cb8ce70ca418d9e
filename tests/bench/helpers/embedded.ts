/** A labelled set as the network sees it: what suggestions and the choice of what to label next work on. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Embedding } from '../../../src-main/engine/assist/embedding.ts';
import { knownAs } from '../../../src-main/engine/assist/state.ts';
import { embed } from '../../../src-main/engine/jobs/embed.ts';
import { resources, root } from '../../../src-main/programs.ts';
import { backboneFile } from '../../../src-main/studio/weight-folder.ts';
import { labelledSet, type WrittenSet } from './labelled-sets/write.ts';

export interface EmbeddedSet {
  readonly name: string;
  readonly classes: readonly string[];
  readonly embedding: Embedding;
  /** Class of each row. */
  readonly labels: readonly number[];
}

/** @param perClass pictures of each class at most */
export async function embeddedSet(name: string, perClass: number): Promise<EmbeddedSet> {
  return embedded(`${name}-${perClass}`, await labelledSet(name, perClass));
}

/** The sample pictures that come with the program, labelled by their folders. */
export async function embeddedSamples(): Promise<EmbeddedSet> {
  const folder = join(resources, 'samples');
  const entries = await readdir(folder, { withFileTypes: true });
  const classes = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  const pictures: { path: string; sha256: string; label: number }[] = [];
  for (const [label, name] of classes.entries()) {
    for (const file of (await readdir(join(folder, name))).toSorted()) {
      const path = join(folder, name, file);
      const sha256 = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      pictures.push({ path, sha256, label });
    }
  }
  return embedded('samples', { classes, pictures });
}

async function embedded(name: string, { classes, pictures }: WrittenSet): Promise<EmbeddedSet> {
  const result = await embed(
    {
      kind: 'embed',
      backbone: await backboneFile('efficientnet_lite0'),
      features: join(root, 'tests', '.cache', 'embedded', name),
      rows: 0,
      anew: false,
      pictures: pictures.map(({ path, sha256 }, i) => ({ imageId: i + 1, path, sha256 })),
    },
    { signal: new AbortController().signal, report: () => {} },
  );
  const { embedding } = (await knownAs(result!.embedding, result!.rows))!;
  const labels = embedding.ids.map((id) => pictures[id - 1]!.label);
  return { name, classes, embedding, labels };
}
