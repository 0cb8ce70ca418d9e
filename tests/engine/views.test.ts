import { describe, expect, it } from 'vitest';
import { type ExtractOptions, extractFeatures } from '../../src-main/engine/features/extract.ts';
import { openFeatures } from '../../src-main/engine/features/features.ts';
import { openPixels } from '../../src-main/engine/features/pixels.ts';
import { cut } from '../../src-main/engine/graph/cut.ts';
import { onnxruntime } from '../../src-main/engine/runtimes/onnxruntime.ts';
import type { Runtime, Session } from '../../src-main/engine/runtimes/runtime.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { shapesJob } from '../helpers/shapes-job.ts';
import { tinyBackbone } from '../helpers/tiny-backbone.ts';

const augmentation = {
  flips: 'horizontal',
  cropScale: 0.5,
  rotation: 10,
  colourJitter: 0.2,
} as const;
const backbone = tinyBackbone();
const { trunk } = cut(backbone.graph, backbone.blocks[1]!.output);

/** Counts the pictures that networks are run on. */
function counting(): { readonly runtime: Runtime; rows: number } {
  const count = {
    rows: 0,
    runtime: {
      ...onnxruntime,
      async open(...given: Parameters<Runtime['open']>): Promise<Session> {
        const session = await onnxruntime.open(...given);
        return {
          ...session,
          run: (feeds, ...rest) => {
            count.rows += Number(feeds.input!.dims[0]);
            return session.run(feeds, ...rest);
          },
        };
      },
    },
  };
  return count;
}

async function pictures() {
  const folder = await temporaryFolder();
  const { examples, features } = await shapesJob(folder, 5);
  const train = examples.filter(({ split }) => split === 'train').length;
  const options: Omit<ExtractOptions, 'runtime'> = {
    trunk,
    weights: 'w',
    preprocessing: backbone.preprocessing,
    folder: features,
    examples,
    signal: new AbortController().signal,
    report: () => {},
  };
  return { examples, train, options };
}

describe('views for a frozen trunk', () => {
  it('are computed once, kept by what they were made with, and added to', async () => {
    const { examples, train, options } = await pictures();
    const rowsFor = async (views: ExtractOptions['views']) => {
      const count = counting();
      const told: number[] = [];
      const caches = await extractFeatures({
        ...options,
        runtime: count.runtime,
        ...(views && { views }),
        report: (progress) => progress.kind === 'features' && told.push(progress.total),
      });
      for (const cache of caches.flat()) cache.close();
      return { rows: count.rows, total: told.at(-1) };
    };
    const all = examples.length;
    const views = { count: 3, augmentation, seed: 1 };
    expect(await rowsFor(views)).toEqual({ rows: all + 2 * train, total: all + 2 * train });
    expect((await rowsFor(views)).rows).toBe(0);
    expect((await rowsFor(undefined)).rows).toBe(0);
    expect((await rowsFor({ ...views, count: 4 })).rows).toBe(train);
    expect((await rowsFor({ ...views, seed: 2 })).rows).toBe(2 * train);
    const other = { ...augmentation, rotation: 11 };
    expect((await rowsFor({ ...views, augmentation: other })).rows).toBe(2 * train);
  });

  it('take turns in training, and leave validation and test the plain pictures', async () => {
    const { examples, options } = await pictures();
    const views = { count: 3, augmentation, seed: 1 };
    const [caches] = await extractFeatures({ ...options, runtime: onnxruntime, views });
    const dims = trunk.outputs[0]!.dims.slice(1) as number[];
    const everything = [...examples.keys()];
    const [memory, disk] = [undefined, 0].map((limit) =>
      openFeatures(caches!, examples, dims, 1, limit),
    );
    const plain = memory!.gather(everything);
    const { floats } = caches![0]!;
    const row = (rows: Float32Array, at: number) =>
      rows.subarray(at * floats, (at + 1) * floats).join();
    const seen = everything.map(() => new Set<string>());
    for (let epoch = 1; epoch <= 20; epoch++) {
      const rows = await memory!.seen!(epoch).gather(everything);
      expect(await disk!.seen!(epoch).gather(everything)).toEqual(rows);
      expect(await memory!.seen!(epoch).gather(everything)).toEqual(rows);
      for (const at of everything) seen[at]!.add(row(rows, at));
    }
    for (const [at, { split }] of examples.entries()) {
      expect(seen[at]!.size).toBe(split === 'train' ? 3 : 1);
      expect(seen[at]!.has(row(plain, at))).toBe(true);
    }
    for (const cache of caches!) cache.close();
  });
});

describe('views for a whole network', () => {
  it('are new in each epoch, the same again for the same seed, whatever is kept in memory', async () => {
    const { examples } = await pictures();
    const open = (seed: number, limit?: number) =>
      openPixels(examples, backbone.preprocessing, {
        augmentation,
        seed,
        ...(limit !== undefined && { limit }),
      });
    const batch = [0, 2, 7];
    const [pixels, forgetful] = [open(1), open(1, 0)];
    const first = await pixels.seen!(1).gather(batch);
    expect(await forgetful.seen!(1).gather(batch)).toEqual(first);
    expect(await pixels.seen!(2).gather(batch)).not.toEqual(first);
    expect(await open(2).seen!(1).gather(batch)).not.toEqual(first);
    const plain = await openPixels(examples, backbone.preprocessing).gather(batch);
    expect(await pixels.gather(batch)).toEqual(plain);
    // One picture's view does not depend on those beside it.
    const alone = await pixels.seen!(1).gather([7]);
    expect(alone).toEqual(first.subarray(2 * alone.length));
  });

  it('are what they are where nothing is to be changed', async () => {
    const { examples } = await pictures();
    const off = { flips: 'none', cropScale: 1, rotation: 0, colourJitter: 0 } as const;
    expect(
      openPixels(examples, backbone.preprocessing, { augmentation: off }).seen,
    ).toBeUndefined();
  });
});
