/**
 * How much memory extraction takes while it goes on: pictures wait in a bounded queue, so the peak is that
 * of the first few hundred, however many there are.
 *
 *     npm run -s bench -- memory [pictures]     10,000 unless told otherwise
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mobilenetV2Torchvision } from '../../src-main/engine/backbones/mobilenet.ts';
import { drawWeights } from '../helpers/drawn-weights.ts';
import { report } from './helpers/contest.ts';
import { examplesOf, extraction } from './helpers/extract.ts';
import { photo, variant } from './helpers/photos.ts';

const count = Number(process.argv[2] ?? 10_000);
const folder = await mkdtemp(join(tmpdir(), 'graft-memory-'));
try {
  const files = join(folder, 'pictures');
  await mkdir(files);
  const motifs = await Promise.all(Array.from({ length: 50 }, (_, i) => photo(i, 500, 375)));
  const paths: string[] = [];
  for (let i = 0; i < count; i++) {
    const path = join(files, `${i}.jpg`);
    await writeFile(path, variant(motifs[i % motifs.length]!, i));
    paths.push(path);
  }
  const backbone = mobilenetV2Torchvision.build(drawWeights(mobilenetV2Torchvision));
  const examples = await examplesOf(paths);

  /** Of this whole process, native memory included, as extraction goes on. */
  const seen: number[] = [];
  const timer = setInterval(() => seen.push(process.memoryUsage.rss()), 50);
  const speed = await extraction(backbone, examples, folder);
  clearInterval(timer);

  const peak = (from: number, to: number) =>
    Math.max(...seen.slice(Math.floor(from * seen.length), Math.ceil(to * seen.length))) / 2 ** 20;
  report({
    work: `${count} pictures, extraction`,
    unit: 'pictures/s',
    graft: speed,
    reference: null,
  });
  report({
    work: `${count} pictures, peak of the last nine tenths`,
    unit: 'MiB resident, whose ratio is to be about 1',
    graft: peak(0.1, 1),
    reference: { name: 'peak of the first tenth', value: peak(0, 0.1) },
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
