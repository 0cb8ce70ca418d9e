import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Inspectors } from '../../src-main/images/inspectors.ts';
import { createContext } from '../../src-main/studio/context.ts';
import { importCalls } from '../../src-main/studio/imports.ts';
import { labelCalls } from '../../src-main/studio/labels.ts';
import { projectCalls } from '../../src-main/studio/project.ts';
import { sampleCalls } from '../../src-main/studio/sample.ts';
import type { StudioEvent } from '../../src-shared/contract.ts';
import type { ImportReport } from '../../src-shared/domain.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { noise } from '../helpers/pictures.ts';

/** The calls that a sample project needs, on two pictures in each of two folders and some beside them. */
async function withPictures(beside = 1) {
  const folder = await temporaryFolder();
  vi.stubEnv('GRAFT_HOME', join(folder, 'home'));
  const pictures = join(folder, 'samples');
  const more = Array.from({ length: beside }, (_, i) => `more ${i}`);
  for (const [i, path] of ['pond/a', 'pond/b', 'wood/c', 'wood/d', ...more].entries()) {
    await mkdir(join(pictures, path, '..'), { recursive: true });
    await noise(12, 9, i).toFile(join(pictures, `${path}.png`));
  }
  const listeners = new Set<(event: StudioEvent) => void>();
  const imports: (ImportReport | null)[] = [];
  const importing = new Promise<void>((resolve) => {
    listeners.add((event) => {
      if (event.name === 'import.progress') resolve();
      if (event.name === 'import.finished') imports.push(event.data.report);
    });
  });
  const inspectors = new Inspectors();
  const context = createContext({
    engine: { run: () => Promise.reject(new Error('not here')), close: async () => {} },
    inspectors,
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
  });
  onTestFinished(async () => {
    await context.replace(null);
    await inspectors.close();
    vi.unstubAllEnvs();
  });
  const handlers = { ...projectCalls(context), ...importCalls(context) };
  const sample = sampleCalls(
    handlers,
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    pictures,
  )['project.sample'];
  return {
    sample: () => sample({}),
    handlers,
    labels: labelCalls(context),
    pictures,
    imports,
    importing,
  };
}

describe('the sample project', () => {
  it('is made once, labelled by folder, with the pictures beside the folders left to be labelled', async () => {
    const { sample, labels, handlers, imports } = await withPictures();
    const project = await sample();
    expect(project).toMatchObject({ name: 'Sample pictures', images: 5, labelled: 4 });
    expect(project.labels.map(({ name, count }) => [name, count])).toEqual([
      ['pond', 2],
      ['wood', 2],
    ]);
    await labels['labels.delete']({ id: 1 });
    await handlers['project.close']({});
    expect(await sample()).toMatchObject({ images: 5, labelled: 2 }); // what was done to it stays
    expect(imports).toHaveLength(1);
  });

  it('goes on where an import was cut short', async () => {
    const beside = 40; // more than are read ahead
    const { sample, handlers, imports, importing } = await withPictures(beside);
    const begun = sample();
    await importing;
    await handlers['project.close']({});
    await expect(begun).rejects.toThrow('The import of the sample pictures was stopped.');
    expect(await sample()).toMatchObject({ images: beside + 4, labelled: 4 });
    const [first, second] = imports.map((report) => report!.imported);
    expect(first).toBeLessThan(beside + 4);
    expect(first! + second!).toBe(beside + 4);
  });

  it('is refused with what to do when the pictures are not there', async () => {
    const { sample, handlers, pictures } = await withPictures();
    await rm(pictures, { recursive: true });
    await expect(sample()).rejects.toThrow(`The sample pictures are not in ${pictures}.`);
    expect((await handlers['project.current']({})).project).toBeNull();
  });
});
