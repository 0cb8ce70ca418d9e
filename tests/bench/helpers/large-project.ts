/**
 * A project of many pictures (100,000 unless told otherwise), as an import would have made it: real files of
 * 320 x 240 pixels in 100 folders, their thumbnails, ten labels on a third of them; and the network has looked at all
 * of them. It is made once and kept in tests/.cache.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openEmbedding } from '../../../src-main/engine/assist/state.ts';
import { type Inspection, inspect, thumbnailPath } from '../../../src-main/images/inspect.ts';
import { root } from '../../../src-main/programs.ts';
import { openStore } from '../../../src-main/store/store.ts';
import { bestBackbone } from '../../../src-main/studio/backbones.ts';
import { uniform } from '../../helpers/random.ts';
import { photo, variant } from './photos.ts';

/** Motifs; the pictures repeat them under other hashes. */
const motifs = 200;
const folders = 100;
const labels = 10;

export interface LargeProject {
  /** The project's folder, new: its database is a copy, the files are those of the one that is kept. */
  readonly path: string;
  /** The folder of its pictures. */
  readonly pictures: string;
  remove(): void;
}

export async function largeProject(count: number): Promise<LargeProject> {
  const kept = await keptProject(count);
  // In the newest shape already, as a project that was open yesterday is.
  openStore(join(kept, 'studio.db'), { create: false }).close();
  const path = mkdtempSync(`${kept}-copy-`);
  copyFileSync(join(kept, 'studio.db'), join(path, 'studio.db'));
  for (const folder of ['pictures', 'thumbnails', 'features'])
    symlinkSync(join(kept, folder), join(path, folder), 'dir');
  return {
    path,
    pictures: join(path, 'pictures'),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

async function keptProject(count: number): Promise<string> {
  const path = join(root, 'tests', '.cache', `project-${count}-seen`);
  if (!existsSync(path)) {
    mkdirSync(join(path, '..'), { recursive: true });
    const unfinished = mkdtempSync(`${path}-`);
    console.error(`Making a project of ${count} pictures in ${path} ...`);
    try {
      await make(unfinished, count);
      renameSync(unfinished, path);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      throw error;
    }
  }
  return path;
}

async function make(path: string, count: number): Promise<void> {
  const pictures = join(path, 'pictures');
  const thumbnails = join(path, 'thumbnails');
  for (let i = 0; i < 256; i++)
    mkdirSync(join(thumbnails, i.toString(16).padStart(2, '0')), { recursive: true });
  for (let i = 0; i < folders; i++) mkdirSync(join(pictures, `set ${i}`), { recursive: true });

  const bases: ({ jpeg: Buffer } & Inspection)[] = [];
  for (let i = 0; i < motifs; i++) {
    const jpeg = await photo(i, 320, 240);
    const file = join(path, 'motif.jpg');
    writeFileSync(file, jpeg);
    bases.push({ jpeg, ...(await inspect(file, thumbnails)) });
    rmSync(file);
  }

  const store = openStore(join(path, 'studio.db'), { create: true });
  const labelIds = Array.from({ length: labels }, (_, i) => store.labels.create(`label ${i}`));
  const given = new Map<number, number[]>(labelIds.map((id) => [id, []]));
  const hashes: string[] = [];
  store.transaction(() => {
    for (let i = 0; i < count; i++) {
      const base = bases[i % motifs]!;
      const bytes = variant(base.jpeg, i);
      const file = join(pictures, `set ${i % folders}`, `picture ${i}.jpg`);
      writeFileSync(file, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      linkSync(thumbnailPath(thumbnails, base.sha256), thumbnailPath(thumbnails, sha256));
      const { id } = store.images.add({
        path: file,
        bytes: bytes.length,
        modifiedMs: statSync(file).mtimeMs,
        sha256,
        width: base.width,
        height: base.height,
        placeholder: base.placeholder,
      });
      store.fingerprints.set(id, base.fingerprint);
      hashes.push(sha256);
      if (i % 3 === 0) given.get(labelIds[i % labels]!)!.push(id);
    }
  });
  for (const [label, ids] of given) store.labels.assign(ids, label);
  store.close();
  await see(hashes, join(path, 'features'));
}

/** Features as a network would leave them, drawn: around a middle for each label. */
async function see(hashes: readonly string[], folder: string): Promise<void> {
  const { cache } = await openEmbedding(await bestBackbone(), folder);
  const floats = cache.floats;
  const middles = uniform('middles of labels', labels * floats, 0, 1);
  const grain = uniform('grain', 997 * floats, -1, 1);
  const features = new Float32Array(labels * floats);
  for (let from = 0; from < hashes.length; from += labels) {
    for (let i = 0; i < labels; i++) {
      const noise = ((from + i) % 997) * floats;
      for (let f = 0; f < floats; f++)
        features[i * floats + f] = Math.max(0, middles[i * floats + f]! + grain[noise + f]!);
    }
    const some = hashes.slice(from, from + labels);
    cache.append(some, features.subarray(0, some.length * floats));
  }
  cache.close();
}
