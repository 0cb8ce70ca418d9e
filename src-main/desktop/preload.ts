/** The page's whole view of Electron: the Bridge, as `window.graft`, and nothing else. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { Bridge } from '../../src-shared/bridge.ts';
import { channels, origin, remoteFlag } from './channels.ts';

function listen<T>(channel: string, listener: (value: T) => void): () => void {
  const handler = (_event: unknown, value: T) => listener(value);
  ipcRenderer.on(channel, handler);
  return () => void ipcRenderer.removeListener(channel, handler);
}

const bridge: Bridge = {
  door: 'electron',
  local: !process.argv.includes(remoteFlag),
  mediaBase: `${origin}/media/`,
  call: (name, input) => ipcRenderer.invoke(channels.call, name, input),
  subscribe: (listener) => listen(channels.event, listener),
  onConnection: (listener) => listen(channels.connection, listener),
  pathOf: (file) => webUtils.getPathForFile(file),
  choose: (kind, suggestion) => ipcRenderer.invoke(channels.choose, kind, suggestion),
};

contextBridge.exposeInMainWorld('graft', bridge);
