/** The report as PDF, by the browser that the desktop window is. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrowserWindow } from 'electron';
import type { Printer } from '../studio/report/print.ts';

export const printWithElectron: Printer = async (page, signal) => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-print-'));
  const window = new BrowserWindow({
    show: false,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  try {
    const file = join(folder, 'report.html');
    await writeFile(file, page);
    await window.loadFile(file);
    signal.throwIfAborted();
    return await window.webContents.printToPDF({
      preferCSSPageSize: true,
      printBackground: true,
      generateTaggedPDF: true,
    });
  } finally {
    window.destroy();
    await rm(folder, { recursive: true, force: true });
  }
};
