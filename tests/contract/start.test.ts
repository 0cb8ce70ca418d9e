/** `npm start` as its script runs it, in the browser's way: the window's has electron.test.ts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { root } from '../../src-main/programs.ts';
import { temporaryFolder } from '../helpers/folders.ts';

async function start(...args: readonly string[]) {
  const script = join(root, 'src-main', 'setup', 'run.mjs');
  const home = await temporaryFolder();
  const child: ChildProcess = spawn(process.execPath, [script, 'start', '--browser', ...args], {
    env: { ...process.env, GRAFT_HOME: home, INIT_CWD: home },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  }
  return { child, ended, output: () => output };
}

it('serves the page at the address that it prints, until it is ended', async () => {
  const { child, ended, output } = await start('--no-open', '--port', '0');
  await expect.poll(output, { timeout: 60_000 }).toMatch(/http:\S+token=\S+/);
  const address = /http:\S+token=\S+/.exec(output())![0];
  const entered = await fetch(address, { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')!.split(';')[0]!;
  const page = await fetch(new URL('/', address), { headers: { cookie } });
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<title>');
  child.kill('SIGTERM');
  expect(await ended).not.toBeNull();
});

it('names an address that is none', async () => {
  const { ended, output } = await start('--connect', 'nonsense');
  expect(await ended).toBe(1);
  expect(output()).toContain('"nonsense" is not the address of a studio');
});
