/** An HTML file as PDF, by a browser of Chromium's kind that is on this machine. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StudioError } from '../../../src-shared/errors.ts';

/** Makes a PDF of an HTML page that needs nothing beside itself. */
export type Printer = (page: string, signal: AbortSignal) => Promise<Uint8Array>;

const onPath = [
  ...['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser'],
  ...['microsoft-edge-stable', 'microsoft-edge', 'brave-browser', 'chrome', 'msedge'],
];
const macApps = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser'];
const windowsApps = [
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
  ['Chromium', 'Application', 'chrome.exe'],
];

/** `GRAFT_CHROMIUM`, which a person may set, then the places where systems put browsers. */
function candidates(): readonly string[] {
  const set = process.env.GRAFT_CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const roots = ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((name) => {
    const root = process.env[name];
    return root ? [root] : [];
  });
  return [
    ...(set ? [set] : []),
    ...onPath.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...macApps.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`),
    ...roots.flatMap((root) => windowsApps.map((parts) => join(root, ...parts))),
  ];
}

export const findBrowser = (): string | null =>
  candidates().find((path) => existsSync(path)) ?? null;

const printsItself =
  'write the report as .html: opened in any browser it prints to the same pages.';
const mostMs = 120_000;

/** @throws StudioError `refused` when there is no such browser, or it made no PDF; its sentence says what to do */
export const printWithBrowser: Printer = async (page, signal) => {
  const browser = findBrowser();
  if (!browser)
    throw new StudioError(
      'refused',
      `A PDF is made by Chrome, Chromium or Edge, and none was found here. Install one (or set GRAFT_CHROMIUM to its path), or ${printsItself}`,
    );
  const folder = await mkdtemp(join(tmpdir(), 'graft-print-'));
  try {
    const [from, to] = [join(folder, 'report.html'), join(folder, 'report.pdf')];
    await writeFile(from, page);
    await run(
      browser,
      [
        ...['--headless', '--disable-gpu', '--no-first-run', '--disable-extensions'],
        `--user-data-dir=${join(folder, 'profile')}`,
        // Chromium has no sandbox for root; the page is our own and runs no script.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        ...['--no-pdf-header-footer', `--print-to-pdf=${to}`, pathToFileURL(from).href],
      ],
      signal,
    );
    const bytes = await readFile(to);
    if (bytes.subarray(0, 5).toString('latin1') !== '%PDF-') throw new Error('it wrote no PDF');
    return bytes;
  } catch (error) {
    signal.throwIfAborted();
    throw new StudioError(
      'refused',
      `${browser} made no PDF (${error instanceof Error ? error.message.split('\n')[0] : error}): ${printsItself}`,
      { cause: error },
    );
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};

function run(program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { signal, timeout: mostMs, windowsHide: true }, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}
