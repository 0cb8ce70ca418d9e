/** The application's menu: the system's own entries; the studio's commands live in its page. */
import { type BrowserWindow, dialog, Menu, type MenuItemConstructorOptions } from 'electron';
import type { Studio } from '../../src-shared/contract.ts';
import { toErrorReply } from '../../src-shared/errors.ts';

async function openProject(window: BrowserWindow, studio: Studio): Promise<void> {
  const { filePaths } = await dialog.showOpenDialog(window, { properties: ['openDirectory'] });
  const [path] = filePaths;
  if (!path) return;
  try {
    await studio.call('project.open', { path });
  } catch (error) {
    await dialog.showMessageBox(window, { type: 'error', message: toErrorReply(error).message });
  }
}

/** @param local paths chosen here mean something to the studio only when it runs on this computer */
export function setMenu(window: BrowserWindow, studio: Studio, local: boolean): void {
  const mac = process.platform === 'darwin';
  // Undo and redo belong to the page (they undo labels), so the menu shows them but takes no keys.
  const edit: MenuItemConstructorOptions[] = [
    { role: 'undo', registerAccelerator: false },
    { role: 'redo', registerAccelerator: false },
    { type: 'separator' },
    { role: 'cut' },
    { role: 'copy' },
    { role: 'paste' },
    { role: 'selectAll', registerAccelerator: false },
  ];
  const open: MenuItemConstructorOptions = {
    label: 'Open project…',
    accelerator: 'CmdOrCtrl+O',
    enabled: local,
    click: () => void openProject(window, studio),
  };
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(mac ? [{ role: 'appMenu' } as const] : []),
      { label: 'File', submenu: [open, { type: 'separator' }, { role: mac ? 'close' : 'quit' }] },
      { label: 'Edit', submenu: edit },
      {
        label: 'View',
        submenu: [
          { role: 'reload' },
          { role: 'toggleDevTools' },
          { type: 'separator' },
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { type: 'separator' },
          { role: 'togglefullscreen' },
        ],
      },
      { role: 'windowMenu' },
    ]),
  );
}
