import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src-main/store/store.ts';
import type { Studio } from '../../src-shared/contract.ts';
import { shapeNames, writeShapes } from './shapes.ts';
import { foundImage } from './store.ts';

/**
 * Puts `count` pictures into the open project, as an import would have: `picture 00000.png` and so on, of
 * three sorts that look alike and differ in a few bytes after their end.
 */
export async function addManyPictures(studio: Studio, count: number): Promise<void> {
  const { project } = await studio.call('project.current', {});
  if (!project) throw new Error('no project is open');
  const folder = join(project.path, 'pictures');
  mkdirSync(folder);
  await writeShapes(folder, 1);
  const shapes = shapeNames.map((name) => readFileSync(join(folder, name, `${name} 1.png`)));
  const found = Array.from({ length: count }, (_, i) => {
    const number = String(i).padStart(5, '0');
    const path = join(folder, `picture ${number}.png`);
    const bytes = Buffer.concat([shapes[i % shapes.length]!, Buffer.from(number)]);
    writeFileSync(path, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return foundImage(path, { sha256, width: 64, height: 64, bytes: bytes.length });
  });
  await studio.call('project.close', {});
  const store = openStore(join(project.path, 'studio.db'), { create: false });
  store.transaction(() => {
    for (const image of found) store.images.add(image);
  });
  store.close();
  await studio.call('project.open', { path: project.path });
}
