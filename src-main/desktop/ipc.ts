/** The contract over Electron's IPC. */
import { type BrowserWindow, dialog, type IpcMainInvokeEvent, ipcMain } from 'electron';
import type { Bridge, Reply } from '../../src-shared/bridge.ts';
import type { CallInput, CallName, Studio } from '../../src-shared/contract.ts';
import { StudioError, toErrorReply } from '../../src-shared/errors.ts';
import { channels, origin } from './channels.ts';

/**
 * Only the studio's own page may speak here, whatever else a window might have been led to.
 * https://www.electronjs.org/docs/latest/tutorial/security#17-validate-the-sender-of-all-ipc-messages
 */
function checkSender(event: IpcMainInvokeEvent): void {
  const url = event.senderFrame?.url ?? '';
  if (!url.startsWith(`${origin}/`)) {
    throw new StudioError('refused', `A page that is not the studio's asked for something: ${url}`);
  }
}

async function reply<T>(event: IpcMainInvokeEvent, work: () => Promise<T>): Promise<Reply<T>> {
  try {
    checkSender(event);
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: toErrorReply(error) };
  }
}

type Choice = Parameters<Bridge['choose']>[0];

async function choose(window: BrowserWindow, kind: Choice, suggestion = '') {
  if (kind === 'save') {
    const { filePath } = await dialog.showSaveDialog(window, { defaultPath: suggestion });
    return filePath ? [filePath] : null;
  }
  const { filePaths } = await dialog.showOpenDialog(window, {
    ...(suggestion && { defaultPath: suggestion }),
    properties:
      kind === 'folder' ? ['openDirectory', 'createDirectory'] : ['openFile', 'multiSelections'],
  });
  return filePaths.length > 0 ? filePaths : null;
}

/** Connects the window's page with the studio; returns the function that takes the handlers away. */
export function openIpcDoor(window: BrowserWindow, studio: Studio): () => void {
  ipcMain.handle(channels.call, (event, name: CallName, input: CallInput<CallName>) =>
    reply(event, () => studio.call(name, input)),
  );
  ipcMain.handle(channels.choose, (event, kind: Choice, suggestion?: string) => {
    checkSender(event);
    return choose(window, kind, suggestion);
  });
  const unsubscribe = studio.subscribe((event) => {
    if (!window.isDestroyed()) window.webContents.send(channels.event, event);
  });
  return () => {
    unsubscribe();
    ipcMain.removeHandler(channels.call);
    ipcMain.removeHandler(channels.choose);
  };
}
