import { describe, expect, it } from 'vitest';
import { EngineEnded } from '../../src-main/engine/ended.ts';
import type { Job, JobResult } from '../../src-main/engine/protocol.ts';
import type { Device, DeviceKind } from '../../src-shared/devices.ts';
import { studioWithProject } from '../helpers/studio.ts';

const trial = {
  ...{ seconds: 0.01, processorSeconds: 0.05, difference: 1e-6, operators: 9, onDevice: 9 },
  half: false,
};
const tried = (kind: DeviceKind): Device => ({
  ...{ kind, name: `a ${kind}`, memoryBytes: 1e9, software: false, trial, problem: null },
  ...(kind === 'cuda' && { trial: null, problem: 'it is not installed' }),
});

const engineThat = (describes: () => Promise<JobResult['describe']>) => ({
  run: <J extends Job>(job: J) =>
    (job.kind === 'tryDevice' ? Promise.resolve(tried(job.device)) : describes()) as Promise<
      JobResult[J['kind']]
    >,
  close: () => Promise.resolve(),
});

describe('doctor', () => {
  it('tells what Graft runs on', async () => {
    const runtimes = [{ name: 'onnxruntime', version: '1.2.3', devices: ['cpu'] }];
    const { studio } = await studioWithProject(engineThat(async () => ({ runtimes })));
    const found = await studio.call('doctor', {});
    expect(found).toMatchObject({ runtimes, problem: null });
    expect(found.versions.node).toBe(process.versions.node);
    for (const name of ['graft', 'sqlite', 'sharp', 'libvips'])
      expect(found.versions[name]).toMatch(/^\d+\.\d+\.\d+/);
    expect(found.threads).toBeGreaterThan(0);
    expect(found.devices.map(({ name, problem }) => [name, problem])).toEqual([
      ['a cpu', null],
      ['a webgpu', null],
      ['a cuda', 'it is not installed'],
    ]);
    expect(found.automatic).toBe('webgpu');
  });

  it('tells it also when the engine does not start, and why it does not', async () => {
    const reason = 'The training engine ended unexpectedly with exit code 1.';
    const { studio } = await studioWithProject(
      engineThat(() => Promise.reject(new EngineEnded('failed', reason))),
    );
    const found = await studio.call('doctor', {});
    expect(found).toMatchObject({ runtimes: [], problem: reason });
    expect(found.versions.node).toBe(process.versions.node);
  });
});
