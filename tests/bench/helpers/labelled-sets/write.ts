/** Labelled sets as files, made once. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../../../src-main/programs.ts';
import { seededRandom } from '../../../../src-shared/random.ts';
import { damaged } from './degraded.ts';
import { barcodes, charts, scripts } from './documents.ts';
import { digits, emoji, icons, letters } from './drawn.ts';
import { foods } from './foods.ts';
import { microscopy, sensors, waveforms } from './measured.ts';
import { clipart, cutouts, solarCells } from './photographed.ts';
import type { LabelledSet } from './set.ts';
import { spectrograms } from './spectrograms.ts';
import { textures } from './textures.ts';

const makers: Readonly<Record<string, () => Promise<LabelledSet>>> = {
  emoji,
  icons,
  digits,
  letters,
  textures,
  spectrograms,
  foods,
  'solar-cells': solarCells,
  cutouts,
  clipart,
  barcodes,
  charts,
  scripts,
  microscopy,
  waveforms,
  sensors,
  damaged,
};
/** The kinds that the advisor is tried on. */
export const setNames = Object.keys(makers);

export interface SetPicture {
  readonly path: string;
  readonly sha256: string;
  readonly label: number;
}
export interface WrittenSet {
  readonly classes: readonly string[];
  /** Class by class. */
  readonly pictures: readonly SetPicture[];
}

/** @param perClass pictures of each class; fewer where there are no more */
export async function labelledSet(name: string, perClass: number): Promise<WrittenSet> {
  const folder = join(root, 'tests', '.cache', 'labelled-sets', `${name}-${perClass}`);
  const list = join(folder, 'set.json');
  const known = await readFile(list, 'utf8').catch(() => null);
  if (known !== null) return JSON.parse(known) as WrittenSet;

  const set = await makers[name]!();
  const building = `${folder}.building`;
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true });
  const pictures: SetPicture[] = [];
  for (const label of set.classes.keys()) {
    let made = 0;
    for (let index = 0; made < perClass && index < 10 * perClass; index++) {
      const bytes = await set.picture(label, index, seededRandom(label, index));
      if (!bytes) continue;
      const file = `${label}-${made++}.png`;
      await writeFile(join(building, file), bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      pictures.push({ path: join(folder, file), sha256, label });
    }
  }
  const written = { classes: set.classes, pictures };
  await writeFile(join(building, 'set.json'), JSON.stringify(written));
  await rm(folder, { recursive: true, force: true });
  await rename(building, folder);
  return written;
}
