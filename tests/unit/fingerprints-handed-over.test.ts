import { expect, it } from 'vitest';
import type { FingerprintsJob, Job } from '../../src-main/engine/protocol.ts';
import type { Engine, OpenProject } from '../../src-main/studio/context.ts';
import { handOver } from '../../src-main/studio/fingerprinting.ts';
import { foundImage, newStore } from '../helpers/store.ts';

const cellsOf = (id: number) => new Uint8Array(1024).fill(id % 251);

async function handedOver(pictures: number, without: readonly number[] = []) {
  const { store } = await newStore();
  store.transaction(() => {
    for (let i = 1; i <= pictures; i++) {
      const placeholder = new Uint8Array(48).fill(i % 7);
      const { id } = store.images.add(foundImage(`/pond/${i}.jpg`, { placeholder }));
      if (!without.includes(id)) store.fingerprints.set(id, cellsOf(id));
    }
  });
  const jobs: FingerprintsJob[] = [];
  let held = 0;
  const run = async (job: Job) => {
    if (job.kind !== 'fingerprints') throw new Error(job.kind);
    jobs.push(job);
    held = (job.isFirst ? 0 : held) + job.ids.length;
    return { held };
  };
  const count = await handOver({ run } as unknown as Engine, { store } as unknown as OpenProject);
  return { jobs, count };
}

it('goes to the engine in parts, each picture once with its own', async () => {
  const { jobs, count } = await handedOver(4100, [7, 4100]);
  expect(count).toBe(4098);
  expect(jobs.map(({ isFirst }) => isFirst)).toEqual([true, false, false]);
  const ids = jobs.flatMap((job) => [...job.ids]);
  expect(ids).toEqual(Array.from({ length: 4099 }, (_, i) => i + 1).filter((id) => id !== 7));
  const { ids: some, cells, colours } = jobs[1]!;
  const at = 1234;
  const id = some[at]!;
  expect(cells.subarray(1024 * at, 1024 * (at + 1)).every((cell) => cell === id % 251)).toBe(true);
  expect(colours.subarray(48 * at, 48 * (at + 1)).every((part) => part === id % 7)).toBe(true);
});

it('makes the engine forget what it held when there is none', async () => {
  const { jobs, count } = await handedOver(2, [1, 2]);
  expect(count).toBe(0);
  expect(jobs).toMatchObject([{ isFirst: true }]);
});
