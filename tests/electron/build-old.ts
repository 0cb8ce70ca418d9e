/**
 * The desktop door built for Electron 9.4.1 (Chromium 83, Node 12): the product's own sources, lowered
 * by the bundler and completed by core-js and the shims beside this file.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build, type InlineConfig, type Plugin } from 'vite';
import { resources, root } from '../../src-main/programs.ts';

const here = join(root, 'tests', 'electron');

/** Sends `import 'electron'` to a shim, and the shim's own to the real one; drops `node:`, unknown to Node 12. */
function oldElectron(shim: string): Plugin {
  return {
    name: 'old-electron',
    enforce: 'pre',
    resolveId(id) {
      if (id === 'electron') return join(here, shim);
      if (id === 'electron-itself') return { id: 'electron', external: true };
      if (id === 'node:fs/promises') return join(here, 'fs-promises.mjs');
      if (id === 'node:stream/promises') return join(here, 'stream-promises.mjs');
      if (id.startsWith('node:')) return { id: id.slice(5), external: true };
      // The studio of this process: never loaded by a window onto another studio.
      if (/\/(studio\/studio|web\/door)\.ts$/.test(id))
        return { id: './no-studio.cjs', external: true };
      return null;
    },
  };
}

function program(entry: string, out: string, shim: string, name: string): InlineConfig {
  return {
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [oldElectron(shim)],
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      target: 'chrome83',
      outDir: out,
      emptyOutDir: true,
      rollupOptions: { output: { format: 'cjs', entryFileNames: name } },
    },
  };
}

/** Polyfills come before the page's own script. */
const withCoreJs: Plugin = {
  name: 'core-js-first',
  enforce: 'pre',
  transform(code, id) {
    return id.endsWith('/src-renderer/main.ts') ? `import 'core-js/stable';\n${code}` : null;
  },
};

function page(out: string): InlineConfig {
  return {
    configFile: false,
    root: join(root, 'src-renderer'),
    base: './',
    logLevel: 'warn',
    plugins: [withCoreJs, svelte()],
    build: { target: 'chrome83', cssTarget: 'chrome83', outDir: out, emptyOutDir: true },
  };
}

/** Builds an application that prints the page it is given, as the desktop window does. */
export async function buildPrinterForOldElectron(folder: string): Promise<void> {
  await build(program('tests/electron/print-main.ts', folder, 'main-shim.mjs', 'print.cjs'));
  writeFileSync(join(folder, 'package.json'), '{"name":"printer","main":"print.cjs"}');
}

/** Builds an application folder for `electron FOLDER`. */
export async function buildForOldElectron(folder: string): Promise<void> {
  const out = join(folder, 'out');
  await build(
    program('src-main/desktop/main.ts', join(out, 'main'), 'main-shim.mjs', 'desktop.cjs'),
  );
  await build(
    program('src-main/desktop/preload.ts', join(out, 'preload'), 'preload-shim.mjs', 'preload.cjs'),
  );
  await build(page(join(out, 'renderer')));
  mkdirSync(join(folder, 'resources'), { recursive: true });
  copyFileSync(join(resources, 'icon.png'), join(folder, 'resources', 'icon.png'));
  writeFileSync(join(folder, 'package.json'), '{"name":"graft","main":"out/main/desktop.cjs"}');
}
