/** Where things lie: the programs that run beside the studio, the resources, the user's own folder. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const fromSource = import.meta.url.endsWith('.ts');

const sources = {
  engine: './engine/process.ts',
  inspector: './images/inspector.ts',
  reader: './images/reader.ts',
  tensorflow: './engine/runtimes/tensorflow/probe.ts',
} as const;

/**
 * A program of the main side: its source in a checkout (Node runs TypeScript), the built file in the app,
 * wherever the bundler has put the code that asks.
 */
export function programUrl(name: keyof typeof sources, built = !fromSource): URL {
  if (!built) return new URL(sources[name], import.meta.url);
  return pathToFileURL(join(root, 'out', 'main', `${name}.js`));
}

function findRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const up = dirname(from);
  if (up === from) throw new Error('the folder with package.json was not found');
  return findRoot(up);
}

/** The folder with package.json. */
export const root = findRoot(dirname(fileURLToPath(import.meta.url)));
export const resources = join(root, 'resources');

/** Graft's own. */
export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly version: string;
};

/**
 * What belongs to the user and to no project: added backbones, the list of recent projects.
 * `GRAFT_HOME` moves it.
 */
export function home(): string {
  return process.env.GRAFT_HOME ?? join(homedir(), '.graft');
}

/** Where projects are made for which nobody has chosen a place: in sight, for they hold a person's work. */
export function projectsFolder(): string {
  const moved = process.env.GRAFT_HOME;
  return moved ? join(moved, 'projects') : join(homedir(), 'Graft');
}
