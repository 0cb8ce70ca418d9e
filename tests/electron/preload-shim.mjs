/** `electron` as the preload expects it: Electron 9 had no webUtils, for a File told its path itself. */
import * as electron from 'electron-itself';

export const { contextBridge, ipcRenderer } = electron;
export const webUtils = { getPathForFile: (file) => file.path };
