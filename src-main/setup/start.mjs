/** `npm start`: the studio in Electron's window where that can be had, in the browser otherwise. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ownNode, root, run, runNode } from './process.mjs';

const electronFolder = join(root, 'node_modules', 'electron');

function electronPath() {
  const pathFile = join(electronFolder, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const path = join(electronFolder, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(path) ? path : null;
}

/** Electron's program, fetched if it is not there, or the reason why there is no window. */
async function findElectron() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return { why: 'there is no display' };
  }
  if (process.platform === 'linux' && process.getuid() === 0) {
    return { why: "Electron's sandbox does not work for root" };
  }
  if (electronPath()) return { path: electronPath() };
  const { code, output } = await run(ownNode(), [join(electronFolder, 'install.js')], {
    quiet: true,
    timeoutMs: 10 * 60_000,
  });
  if (code === 0 && electronPath()) return { path: electronPath() };
  const reason = output.split('\n').find((line) => line.trim()) ?? `exit ${code}`;
  return { why: `Electron could not be downloaded (${reason.trim()})` };
}

/** @param {string[]} args [DIR] [--connect URL] [--browser] [--no-open] [--port P] */
export async function start(args) {
  if (!args.includes('--browser')) {
    const electron = await findElectron();
    if (electron.path) {
      const from = process.env.INIT_CWD ?? process.cwd();
      const given = args.filter((arg) => arg !== '--no-open');
      const isValue = (index) => given[index - 1] === '--connect' || given[index - 1] === '--port';
      const rest = given.map((arg, i) =>
        arg.startsWith('-') || isValue(i) ? arg : resolve(from, arg),
      );
      return (await run(electron.path, [root, ...rest])).code;
    }
    console.log(
      `No window of its own, because ${electron.why}: the studio opens in the browser instead.`,
    );
  }
  const rest = args.filter((arg) => arg !== '--browser');
  const at = rest.indexOf('--connect');
  if (at >= 0) return visit(rest[at + 1] ?? '', !rest.includes('--no-open'));
  return runNode(['src-main/cli/main.ts', 'serve', ...rest]);
}

/** A studio that runs elsewhere has its page already. */
async function visit(address, isToOpen) {
  if (!URL.canParse(address)) {
    throw new Error(`"${address}" is not the address of a studio: it is printed by "graft serve".`);
  }
  console.log(`The studio is at ${address}`);
  if (!isToOpen) return 0;
  const { default: open } = await import('open');
  await open(address);
  return 0;
}
