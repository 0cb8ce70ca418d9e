/** The one window: sandboxed, without Node, showing nothing but the studio's page. */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BrowserWindow, type Rectangle, screen, shell } from 'electron';
import { z } from 'zod';
import { home, root } from '../programs.ts';
import { origin, remoteFlag } from './channels.ts';

const bounds = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(640),
  height: z.int().min(480),
});
const boundsFile = () => join(home(), 'window.json');

/** Where the window was last time, if that place is still on a screen. */
function rememberedBounds(): Partial<Rectangle> {
  try {
    const last = bounds.parse(JSON.parse(readFileSync(boundsFile(), 'utf8')));
    const { workArea } = screen.getDisplayMatching(last);
    const isVisible =
      last.x < workArea.x + workArea.width &&
      last.x + last.width > workArea.x &&
      last.y >= workArea.y &&
      last.y < workArea.y + workArea.height;
    return isVisible ? last : {};
  } catch {
    // None yet, or not readable: the default size does.
    return {};
  }
}

async function rememberBounds(rectangle: Rectangle): Promise<void> {
  await mkdir(dirname(boundsFile()), { recursive: true });
  await writeFile(boundsFile(), JSON.stringify(rectangle));
}

/** @param local false when the studio runs on another computer */
export function openWindow(local: boolean): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    ...rememberedBounds(),
    minWidth: 800,
    minHeight: 560,
    title: 'Graft',
    icon: join(root, 'resources', 'icon.png'),
    show: false,
    webPreferences: {
      preload: join(root, 'out', 'preload', 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      additionalArguments: local ? [] : [remoteFlag],
    },
  });
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    rememberBounds(window.getNormalBounds()).catch((error) => console.error(String(error)));
  });

  // A link leads to the person's browser, never away from the studio.
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (url.startsWith('https://')) void shell.openExternal(url);
    return { action: 'deny' };
  });
  window.webContents.on('will-navigate', (event, url) => {
    if (!url.startsWith(`${origin}/`)) event.preventDefault();
  });
  window.webContents.session.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(permission === 'clipboard-sanitized-write'),
  );
  return window;
}
