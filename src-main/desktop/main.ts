/** The studio in a window of its own: `electron . [DIR] [--connect URL]`. Thin: the studio is elsewhere. */
import { join, resolve } from 'node:path';
import { app, type BrowserWindow, dialog } from 'electron';
import type { Studio } from '../../src-shared/contract.ts';
import { toErrorReply } from '../../src-shared/errors.ts';
import { type RemoteStudio, remoteStudio } from '../../src-shared/remote-studio.ts';
import { root } from '../programs.ts';
import { channels, origin } from './channels.ts';
import { openIpcDoor } from './ipc.ts';
import { setMenu } from './menu.ts';
import { printWithElectron } from './print.ts';
import { openProtocolDoor, registerScheme } from './protocol.ts';
import { openWindow } from './window.ts';

interface Arguments {
  readonly folder: string | null;
  readonly connect: string | null;
}

/** Chromium's own switches may stand among them, and from a checkout the app's folder comes first. */
function parseArguments(args: readonly string[]): Arguments {
  const at = args.indexOf('--connect');
  const places = args.filter((arg, i) => !arg.startsWith('-') && (at < 0 || i !== at + 1));
  const folder = places[app.isPackaged ? 0 : 1];
  return { folder: folder ? resolve(folder) : null, connect: at < 0 ? null : (args[at + 1] ?? '') };
}

/** The studio in this process, with a door for the command line and the browser beside it. */
async function openLocal(folder: string | null): Promise<Studio> {
  // Loaded here, so that a window onto another computer's studio needs none of the native modules.
  const { createStudio } = await import('../studio/studio.ts');
  const { openWebDoor } = await import('../web/door.ts');
  const studio = createStudio({ print: printWithElectron });
  const door = await openWebDoor(studio, { rendererDir: join(root, 'out', 'renderer') });
  if (folder) await studio.call('project.open', { path: folder });
  return {
    ...studio,
    async close() {
      await door.close();
      await studio.close();
    },
  };
}

async function openRemote(address: string, folder: string | null): Promise<RemoteStudio> {
  const studio = remoteStudio(address);
  await studio.ready;
  if (folder) await studio.call('project.open', { path: folder });
  return studio;
}

function tellConnection(studio: RemoteStudio, window: BrowserWindow): void {
  studio.onConnection((state) => {
    if (!window.isDestroyed()) window.webContents.send(channels.connection, state !== 'lost');
  });
}

/** Closing takes a moment (a run is put back into the queue, the store is closed): then the app may end. */
function closeBeforeQuit(studio: Studio): void {
  let isClosed = false;
  app.on('before-quit', (event) => {
    if (isClosed) return;
    event.preventDefault();
    studio
      .close()
      .catch((error) => console.error(toErrorReply(error).message))
      .finally(() => {
        isClosed = true;
        app.quit();
      });
  });
}

async function main(): Promise<void> {
  const { folder, connect } = parseArguments(process.argv.slice(1));
  // A second start of the studio on this computer brings the first one's window to the front.
  if (connect === null && !app.requestSingleInstanceLock()) return app.quit();
  await app.whenReady();

  const remote = connect === null ? null : await openRemote(connect, folder);
  const studio = remote ?? (await openLocal(folder));
  closeBeforeQuit(studio);
  openProtocolDoor(studio);

  const window = openWindow(remote === null);
  openIpcDoor(window, studio);
  setMenu(window, studio, remote === null);
  if (remote) tellConnection(remote, window);
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('window-all-closed', () => app.quit());
  await window.loadURL(`${origin}/index.html`);
}

registerScheme();
main().catch((error: unknown) => {
  const { message } = toErrorReply(error);
  console.error(message);
  dialog.showErrorBox('Graft could not start', message);
  app.exit(1);
});
