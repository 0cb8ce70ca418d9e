/** Prints a page with the desktop window's own printer: `electron FOLDER PAGE PDF`. */
import { readFile, writeFile } from 'node:fs/promises';
import { app } from 'electron';
import { printWithElectron } from '../../src-main/desktop/print.ts';

/** Node 12 has no AbortController. */
const neverAborted = { throwIfAborted() {} } as AbortSignal;

// The printer's window is the only one: its end is not that of the program.
app.on('window-all-closed', () => {});

const [page, pdf] = process.argv.slice(-2) as [string, string];
app
  .whenReady()
  .then(async () =>
    writeFile(pdf, await printWithElectron(String(await readFile(page)), neverAborted)),
  )
  .then(
    () => app.exit(0),
    (error) => {
      console.error(error);
      app.exit(1);
    },
  );
