/**
 * Builds resources/samples: Microsoft's Fluent 3D emoji (MIT, from npm), a folder a group, so that the
 * folders' names are the labels. One picture in five lies beside the folders, unlabelled: something to
 * try the labelling on. Skin tones are left out, for they would be near duplicates across the split.
 */
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { resources } from '../programs.ts';

interface Emoji {
  readonly label: string;
  readonly hexcode: string;
  readonly group?: number;
}

/** Groups whose members are things that can be seen, with the names that the labels get. */
const groups: Readonly<Record<number, string>> = {
  0: 'smileys',
  3: 'animals and nature',
  4: 'food and drink',
  5: 'travel and places',
  7: 'objects',
};
const perGroup = 120;

const require = createRequire(import.meta.url);

/** Every `of.length / count`-th item: a sample spread over the whole, the same each time. */
function spread<T>(of: readonly T[], count: number): T[] {
  if (of.length <= count) return [...of];
  return Array.from({ length: count }, (_, i) => of[Math.floor((i * of.length) / count)]!);
}

export async function buildSamples(): Promise<void> {
  const target = join(resources, 'samples');
  if ((await readdir(target).catch(() => [])).length > 0) return;

  const assets = join(dirname(require.resolve('@lobehub/fluent-emoji-3d/package.json')), 'assets');
  const files = new Set(await readdir(assets));
  const emoji = require('emojibase-data/en/data.json') as Emoji[];
  const fileOf = (hexcode: string) =>
    [`${hexcode}.webp`, `${hexcode}-fe0f.webp`].find((file) => files.has(file));

  // Built beside the target and then renamed, so that a half-built set is never taken for a whole one.
  const building = `${target}.building`;
  await rm(building, { recursive: true, force: true });
  for (const [group, name] of Object.entries(groups)) {
    const members = emoji.flatMap(({ label, hexcode, group: its }) => {
      const file = its === Number(group) ? fileOf(hexcode.toLowerCase()) : undefined;
      return file ? [{ file, name: `${label.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()}.webp` }] : [];
    });
    await mkdir(join(building, name), { recursive: true });
    for (const [index, { file, name: as }] of spread(members, perGroup).entries()) {
      const folder = index % 5 === 4 ? building : join(building, name);
      await copyFile(join(assets, file), join(folder, as));
    }
  }
  await rename(building, target);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildSamples();
