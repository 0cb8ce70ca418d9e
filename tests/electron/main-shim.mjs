/**
 * `electron` as the desktop door expects it, made of Electron 9.4.1: what Electron and Node have gained
 * since is supplied here, so that the product need not know of such an old one. Main process.
 */
import 'core-js/stable';
import http from 'node:http';
import * as electron from 'electron-itself';
import WebSocket from 'ws';

export const { app, dialog, Menu, screen, shell } = electron;

// ---- Node 12 knows neither fetch nor WebSocket, nor the classes around them.

class Headers {
  constructor(init = {}) {
    this.map = new Map(Object.entries(init).map(([name, value]) => [name.toLowerCase(), value]));
  }
  get(name) {
    return this.map.get(name.toLowerCase()) ?? null;
  }
}

class Response {
  constructor(body, { status = 200, headers = {} } = {}) {
    this.body = Buffer.from(body);
    this.status = status;
    this.headers = new Headers(headers);
  }
  get ok() {
    return this.status >= 200 && this.status < 300;
  }
  async json() {
    return JSON.parse(this.body.toString());
  }
  async arrayBuffer() {
    return new Uint8Array(this.body).buffer;
  }
}

function fetch(url, { headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.get(String(url), { headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status, headers: received } = response;
        resolve(new Response(Buffer.concat(chunks), { status, headers: received }));
      });
    });
    request.on('error', reject);
  });
}

Object.assign(globalThis, {
  WebSocket,
  Headers,
  Response,
  fetch,
  AbortSignal: { timeout: () => undefined },
});

// ---- What Electron has gained since version 9.

export const protocol = {
  registerSchemesAsPrivileged: (schemes) => electron.protocol.registerSchemesAsPrivileged(schemes),
  handle(scheme, handler) {
    electron.protocol.registerBufferProtocol(scheme, async (request, callback) => {
      const { status, headers, body } = await handler({ url: request.url });
      const mimeType = headers.get('content-type').split(';')[0];
      callback({
        statusCode: status,
        mimeType,
        headers: Object.fromEntries(headers.map),
        data: body,
      });
    });
  },
};

export const ipcMain = {
  handle: (channel, handler) =>
    electron.ipcMain.handle(channel, ({ sender }, ...args) =>
      handler({ sender, senderFrame: { url: sender.getURL() } }, ...args),
    ),
  removeHandler: (channel) => electron.ipcMain.removeHandler(channel),
};

export class BrowserWindow extends electron.BrowserWindow {
  constructor(options) {
    super(options);
    this.webContents.setWindowOpenHandler = () =>
      this.webContents.on('new-window', (event) => event.preventDefault());
  }
}
