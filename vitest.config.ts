import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// `npm test` runs the projects one after the other (tests/run.ts); `npx vitest --project unit` runs one.
const project = (name: string, options: object = {}) => ({
  extends: true as const,
  test: { name, include: [`tests/${name}/**/*.test.ts`], testTimeout: 120_000, ...options },
});

export default defineConfig({
  plugins: [svelte()],
  test: {
    maxWorkers: 2,
    projects: [
      project('unit'),
      project('store'),
      project('engine'),
      project('contract', { fileParallelism: false, globalSetup: 'tests/setup/page.mjs' }),
      project('e2e', {
        fileParallelism: false,
        globalSetup: 'tests/setup/page.mjs',
        expect: { poll: { timeout: 20_000 } },
      }),
    ],
  },
});
