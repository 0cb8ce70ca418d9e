import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

// One page, one preload, and the programs of the main side: the desktop door, and those that are started
// beside it (src-main/programs.ts finds them here or, from a checkout, as sources).
export default defineConfig({
  main: {
    build: {
      rollupOptions: {
        input: {
          desktop: 'src-main/desktop/main.ts',
          engine: 'src-main/engine/process.ts',
          inspector: 'src-main/images/inspector.ts',
          reader: 'src-main/images/reader.ts',
          tensorflow: 'src-main/engine/runtimes/tensorflow/probe.ts',
        },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload is CommonJS and cannot require anything but electron: bundle the rest.
      externalizeDeps: false,
      rollupOptions: {
        input: { preload: 'src-main/desktop/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    base: './',
    plugins: [svelte()],
    build: {
      // electron-vite leaves it as it is; the page is there sooner when there is half as much to read.
      minify: true,
      rollupOptions: {
        input: 'src-renderer/index.html',
        // Nothing in src-shared does anything by being loaded: schemas that the page does not use stay away.
        treeshake: { moduleSideEffects: (id) => !id.includes('/src-shared/') },
      },
    },
  },
});
