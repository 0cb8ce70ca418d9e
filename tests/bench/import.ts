/**
 * How fast pictures come in:
 *
 *     npm run -s bench -- import [pictures] [unchanged]
 *
 * New JPEGs of 500 x 375 pixels (4000 unless told otherwise) through the studio's own import, thumbnails
 * included; then the import of a folder of files that are all known (100,000 unless told otherwise).
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createStudio } from '../../src-main/studio/studio.ts';
import type { Studio } from '../../src-shared/contract.ts';
import { importAll } from '../helpers/studio.ts';
import { largeProject } from './helpers/large-project.ts';
import { photo, variant } from './helpers/photos.ts';
import { print } from './helpers/print.ts';

const [fresh = 4000, unchanged = 100_000] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'graft-bench-'));
process.env.GRAFT_HOME = join(folder, 'home');

/** Imports, and says how long that took and how long the studio was deaf meanwhile. */
async function timed(studio: Studio, source: string) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const began = performance.now();
  const report = await importAll(studio, [source]);
  const seconds = (performance.now() - began) / 1000;
  delay.disable();
  return { report, seconds, deafMs: delay.max / 1e6 };
}

const studio = createStudio();
try {
  const source = join(folder, 'new');
  mkdirSync(source);
  const motifs = await Promise.all(Array.from({ length: 100 }, (_, i) => photo(i, 500, 375)));
  for (let i = 0; i < fresh; i++)
    writeFileSync(join(source, `${i}.jpg`), variant(motifs[i % motifs.length]!, i));
  await studio.call('project.create', { path: join(folder, 'project') });
  const first = await timed(studio, source);
  if (first.report.imported !== fresh) throw new Error(JSON.stringify(first.report));
  print({ name: 'new-images', value: fresh / first.seconds, unit: 'images/s', atLeast: 400 });
  print({ name: 'new-images-longest-pause', value: first.deafMs, unit: 'ms' });

  const large = await largeProject(unchanged);
  try {
    await studio.call('project.open', { path: large.path });
    const again = await timed(studio, large.pictures);
    if (again.report.duplicates !== unchanged) throw new Error(JSON.stringify(again.report));
    print({ name: 'unchanged-folder', value: again.seconds, unit: 's', atMost: 10 });
    print({ name: 'unchanged-folder-longest-pause', value: again.deafMs, unit: 'ms' });
  } finally {
    await studio.call('project.close', {});
    large.remove();
  }
} finally {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
}
