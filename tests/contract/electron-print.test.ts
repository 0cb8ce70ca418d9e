/** The report as PDF from the desktop window: its printer, executed in a real (if old) Electron. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPrinterForOldElectron } from '../electron/build-old.ts';
import { bringElectron } from '../setup/electron.ts';

const electron = bringElectron();
if (electron.kind !== 'old')
  console.warn('\n!!! THE PRINTER OF THE DESKTOP WINDOW WAS NOT TESTED: no old Electron.\n');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-print-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.skipIf(electron.kind !== 'old')(
  'prints a page of two sheets on two sheets',
  async () => {
    if (electron.kind !== 'old') return;
    const [app, page, pdf] = ['app', 'page.html', 'page.pdf'].map((name) => join(folder, name));
    await buildPrinterForOldElectron(app!);
    await writeFile(page!, '<h1>One</h1><h1 style="break-before: page">Two</h1>');
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const screen = process.env.DISPLAY ? [] : ['xvfb-run', '-a'];
    const [command, ...args] = [
      ...screen,
      electron.path,
      ...sandbox,
      '--disable-gpu',
      app!,
      page!,
      pdf!,
    ];
    const { status, stderr } = spawnSync(command!, args, { encoding: 'utf8', timeout: 60_000 });
    expect(status, stderr).toBe(0);
    const bytes = await readFile(pdf!, 'latin1');
    expect(bytes).toMatch(/^%PDF-/);
    expect(bytes.match(/\/Type ?\/Page\b/g)).toHaveLength(2);
  },
  120_000,
);
