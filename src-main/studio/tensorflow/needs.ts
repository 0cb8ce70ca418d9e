/** What this machine must have for an installation, asked before anything is downloaded. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { StudioError } from '../../../src-shared/errors.ts';
import { root } from '../../programs.ts';
import { findPython } from '../wheel.ts';

export interface Tools {
  /** A Python, which node-gyp is written for; it has pip where that was asked for. */
  readonly python: string;
  /** Folders of the npm packages. */
  readonly binding: string;
  readonly gyp: string;
  readonly headers: string;
}

const npmPackages = {
  binding: '@tensorflow/tfjs-node-gpu',
  gyp: 'node-gyp',
  headers: 'node-api-headers',
} as const;

/** Names by which the package managers of the usual systems know what may be missing. */
const managers = [
  ['/usr/bin/apt-get', 'sudo apt-get install', { pip: 'python3-pip', compiler: 'g++' }],
  ['/usr/bin/dnf', 'sudo dnf install', { pip: 'python3-pip', compiler: 'gcc-c++' }],
  ['/usr/bin/zypper', 'sudo zypper install', { pip: 'python3-pip', compiler: 'gcc-c++' }],
  ['/usr/bin/pacman', 'sudo pacman -S', { pip: 'python-pip', compiler: 'gcc' }],
] as const;

/**
 * Throws a StudioError (`unavailable`) that names all that is missing and how to get it.
 *
 * @param withPip false when nothing is to be downloaded
 */
export async function findTools({ withPip }: { readonly withPip: boolean }): Promise<Tools> {
  const [python, compiles, makes] = await Promise.all([
    findPython({ withPip }),
    succeeds(
      process.env.CXX || 'g++',
      ['-std=gnu++17', '-fsyntax-only', '-x', 'c++', '-'],
      '#include <string>\n',
    ),
    succeeds(process.env.MAKE || 'make', ['--version']),
  ]);
  const missing = [
    ...(python ? [] : [{ what: withPip ? 'Python 3 with pip' : 'Python 3', key: 'pip' as const }]),
    ...(compiles ? [] : [{ what: 'a C++ compiler', key: 'compiler' as const }]),
    ...(makes ? [] : [{ what: 'make', key: 'make' as const }]),
  ];
  if (missing.length > 0) {
    throw new StudioError(
      'unavailable',
      `TensorFlow's binding is built on this machine, and that needs what is not here: ${inWords(missing.map(({ what }) => what))}. ${howToGet(missing.map(({ key }) => key))}`,
    );
  }
  return { python: python!, ...npmFolders() };
}

type Missing = 'pip' | 'compiler' | 'make';

function howToGet(missing: readonly Missing[]): string {
  if (process.platform === 'darwin') {
    return 'Install them with "xcode-select --install", then try again.';
  }
  const manager = managers.find(([program]) => existsSync(program));
  if (!manager) return 'Install them, then try again.';
  const [, command, names] = manager;
  const packages = missing.map((key) => (key === 'make' ? 'make' : names[key]));
  return `Install them with "${command} ${packages.join(' ')}", then try again.`;
}

/** They come with Graft, but an npm before 11 may have left the first out for its failing script. */
function npmFolders(): Pick<Tools, keyof typeof npmPackages> {
  const require = createRequire(join(root, 'package.json'));
  const folders = Object.entries(npmPackages).map(([key, name]) => {
    try {
      return [key, join(require.resolve(`${name}/package.json`), '..')];
    } catch {
      throw new StudioError(
        'unavailable',
        `The package ${name}, which comes with Graft where npm can install it, is not here: run "npm install --ignore-scripts --no-save ${name}" in ${root}, then try again.`,
      );
    }
  });
  return Object.fromEntries(folders) as Pick<Tools, keyof typeof npmPackages>;
}

function inWords(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** False also when there is no such program. */
function succeeds(program: string, args: readonly string[], input = ''): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
    child.stdin.on('error', () => {}); // it ended without reading
    child.stdin.end(input);
  });
}
