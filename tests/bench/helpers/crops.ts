/**
 * A set of real pictures with labels: 28 squares cut out of each of 12 photographs and micrographs that the Python
 * package scikit-image ships, labelled by the photograph. Which surface is it?
 *
 *     node tests/bench/helpers/crops.ts SITE-PACKAGES/skimage/data FOLDER
 */
import { mkdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import sharp from 'sharp';
import { seededRandom } from '../../../src-main/engine/training/random.ts';

const photographs = [
  ...['astronaut.png', 'brick.png', 'chelsea.png', 'coffee.png', 'coins.png', 'grass.png'],
  ...['gravel.png', 'hubble_deep_field.jpg', 'ihc.png', 'moon.png', 'motorcycle_left.png'],
  'retina.jpg',
];
const [crops, side] = [28, 96];

const [from, to] = process.argv.slice(2);
if (!from || !to) throw new Error('usage: node tests/bench/helpers/crops.ts FROM TO');
for (const [stream, file] of photographs.entries()) {
  const random = seededRandom(1, stream);
  const { name } = parse(file);
  const picture = sharp(join(from, file));
  const { width, height } = await picture.metadata();
  await mkdir(join(to, name), { recursive: true });
  for (let i = 0; i < crops; i++) {
    const left = Math.floor(random() * (width - side));
    const top = Math.floor(random() * (height - side));
    const square = picture.clone().extract({ left, top, width: side, height: side });
    await square.png().toFile(join(to, name, `${name} ${i + 1}.png`));
  }
}
