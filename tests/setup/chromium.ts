/** A Chromium for the tests: the system's, else Playwright's, else Debian's package when root. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';

const systems = [
  process.env.GRAFT_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Path of a Chromium that is here already, or null. */
export function findChromium(): string | null {
  return [...systems, chromium.executablePath()].find((path) => path && existsSync(path)) ?? null;
}

function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 10 * 60_000 }).status === 0;
}

/** Path of a Chromium, installed if need be; throws when none can be had. */
export function bringChromium(): string {
  const here = findChromium();
  if (here) return here;
  console.log('Installing Chromium for the tests (once) ...');
  works(process.execPath, ['node_modules/playwright/cli.js', 'install', 'chromium']);
  if (!findChromium() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    works('apt-get', ['update', '-qq']);
    works('apt-get', ['install', '-y', '-qq', 'chromium']);
  }
  const brought = findChromium();
  if (brought) return brought;
  throw new Error(
    'The tests of the page need a Chromium, and none could be installed: install one and set GRAFT_CHROMIUM to its path.',
  );
}

/** Launch options that hold everywhere the tests run: root has no sandbox, and nothing is fetched. */
export function chromiumOptions() {
  return {
    executablePath: bringChromium(),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  };
}
