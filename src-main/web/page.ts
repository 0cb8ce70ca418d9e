/** The built page: the files below one folder, and nothing else. */
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/**
 * The file that a URL's path names, or null when it would lie outside of the folder.
 * @param pathname still percent-encoded, as `URL.pathname` gives it
 */
export function pageFile(folder: string, pathname: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return null; // not percent-encoded text
  }
  if (path.includes('\0') || path.includes('\\')) return null;
  const file = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path));
  return file.startsWith(normalize(folder + sep)) ? file : null;
}

/** Vite puts a hash of the content into the names of these. */
const isImmutable = (pathname: string) => pathname.startsWith('/assets/');

/** A file of the page with its MIME type; null when there is none. */
export async function readPage(
  folder: string,
  pathname: string,
): Promise<{ readonly type: string; readonly bytes: Buffer } | null> {
  const file = pageFile(folder, pathname);
  const bytes = file && (await readIfThere(file));
  return bytes ? { type: types[extname(file)] ?? 'application/octet-stream', bytes } : null;
}

export async function servePage(
  folder: string,
  pathname: string,
  response: ServerResponse,
): Promise<void> {
  const page = await readPage(folder, pathname);
  if (!page) {
    const message =
      pathname === '/'
        ? 'The page is not built yet: run "npm start" once.'
        : 'There is no such page.';
    response.writeHead(pathname === '/' ? 503 : 404, {
      'content-type': 'text/plain; charset=utf-8',
    });
    response.end(message);
    return;
  }
  response.writeHead(200, {
    'content-type': page.type,
    'content-length': page.bytes.length,
    'cache-control': isImmutable(pathname) ? 'private, max-age=31536000, immutable' : 'no-cache',
  });
  response.end(page.bytes);
}

async function readIfThere(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return null;
    throw error;
  }
}
