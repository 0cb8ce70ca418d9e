import { describe, expect, it } from 'vitest';
import {
  parseMac,
  parseNvidia,
  parseWindows,
  softwareDriver,
} from '../../src-main/engine/devices/cards.ts';
import { deviceReason } from '../../src-main/engine/runtimes/device-reason.ts';
import type { Engine } from '../../src-main/studio/context.ts';
import { knownDevices } from '../../src-main/studio/devices.ts';
import { automaticDevice, type Device } from '../../src-shared/devices.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const trial = {
  ...{ seconds: 0.01, processorSeconds: 0.05, difference: 1e-6, operators: 9, onDevice: 9 },
  half: false,
};
const gpu: Device = {
  ...{ kind: 'webgpu', name: 'A card', memoryBytes: null, software: false, trial, problem: null },
};

describe('the device that is chosen by itself', () => {
  const cpu: Device = { ...gpu, kind: 'cpu', trial: { ...trial, seconds: 0.05 } };

  it('is the fastest', () => {
    expect(automaticDevice([cpu, gpu])).toBe('webgpu');
    expect(
      automaticDevice([cpu, gpu, { ...gpu, kind: 'cuda', trial: { ...trial, seconds: 0.001 } }]),
    ).toBe('cuda');
  });

  it.each([
    ['is slower', { ...gpu, trial: { ...trial, seconds: 0.06 } }],
    ['miscomputes', { ...gpu, trial: { ...trial, difference: 0.01 } }],
    ['is imitated', { ...gpu, software: true }],
    ['is not there', { ...gpu, trial: null, problem: 'no driver' }],
  ] as const)('is the processor where the GPU %s', (_, device) => {
    const without: Device = { ...cpu, trial: null };
    expect(automaticDevice([without, device])).toBe('cpu');
  });
});

describe('what a run computes on', () => {
  it('is the processor, with a sentence, where the one asked for cannot be used', async () => {
    process.env.GRAFT_HOME = await temporaryFolder();
    let runs = 0;
    const engine = {
      run: async (job: { readonly device: Device['kind'] }) => {
        runs++;
        return job.device === 'cuda'
          ? { ...gpu, kind: 'cuda', trial: null, problem: 'it is not installed' }
          : { ...gpu, kind: job.device };
      },
      close: async () => {},
    } as unknown as Engine;
    const devices = knownDevices({ engine });
    expect(await devices.forRun('cuda')).toEqual({
      device: 'cpu',
      half: false,
      note: 'The GPU (CUDA) cannot be used: it is not installed. It was trained on the processor instead.',
    });
    expect(await devices.forRun('auto')).toEqual({
      device: 'webgpu',
      half: false,
      note: 'Computed on A card.',
    });
    expect(await devices.forRun('cpu')).toEqual({ device: 'cpu', half: false, note: null });
    expect(runs).toBe(3); // tried once
    await knownDevices({ engine }).known();
    expect(runs).toBe(3); // and remembered
    await devices.known(true);
    expect(runs).toBe(6);
  });
});

describe('graphics cards', () => {
  it('are read from what the systems say', () => {
    expect(parseNvidia('NVIDIA GeForce RTX 3060, 12288\n')).toEqual([
      { name: 'NVIDIA GeForce RTX 3060', memoryBytes: 12288 * 2 ** 20 },
    ]);
    expect(parseNvidia('')).toEqual([]);
    const mac = {
      SPDisplaysDataType: [
        { sppci_model: 'Apple M2' },
        { sppci_model: 'Radeon', spdisplays_vram: '8 GB' },
      ],
    };
    expect(parseMac(JSON.stringify(mac))).toEqual([
      { name: 'Apple M2', memoryBytes: null },
      { name: 'Radeon', memoryBytes: 8 * 2 ** 30 },
    ]);
    const windows = { DriverDesc: 'Intel Arc', 'HardwareInformation.qwMemorySize': 2 ** 33 };
    expect(parseWindows(JSON.stringify(windows))).toEqual([
      { name: 'Intel Arc', memoryBytes: 2 ** 33 },
    ]);
    expect(
      parseWindows(JSON.stringify([windows, { DriverDesc: 'Microsoft Basic Display Adapter' }])),
    ).toHaveLength(1);
  });

  it('are told from programs that imitate them', () => {
    expect(softwareDriver({ VK_DRIVER_FILES: '/x/vk_swiftshader_icd.json' })).toBe('SwiftShader');
    expect(softwareDriver({ VK_ICD_FILENAMES: '/x/lvp_icd.x86_64.json' })).toBe('llvmpipe');
    expect(softwareDriver({})).toBeNull();
  });
});

describe('why a device cannot be used', () => {
  it('is said in words', () => {
    const native =
      '/src/webgpu_context.cc:136 x was false. Failed to get a WebGPU adapter: No supported adapters';
    expect(deviceReason('webgpu', native)).toContain('no graphics driver was found');
    expect(
      deviceReason(
        'cuda',
        'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
      ),
    ).toContain('is not installed');
    expect(deviceReason('webgpu', '/a/b.cc:1 Something else.\nmore')).toBe('Something else');
  });

  it('is in half precision where a device was seen to train so, and a sentence says where not', async () => {
    process.env.GRAFT_HOME = await temporaryFolder();
    const engine = {
      run: async ({ device }: { readonly device: Device['kind'] }) => ({
        ...gpu,
        kind: device,
        trial: { ...trial, half: device === 'cuda' },
      }),
      close: async () => {},
    } as unknown as Engine;
    const devices = knownDevices({ engine });
    const note = 'Computed on A card.';
    expect(await devices.forRun('cuda', true)).toEqual({ device: 'cuda', half: true, note });
    expect(await devices.forRun('cuda')).toEqual({ device: 'cuda', half: false, note });
    expect(await devices.forRun('webgpu', true)).toEqual({
      device: 'webgpu',
      half: false,
      note: `${note} The GPU (WebGPU) does not train in half precision: it was trained in single precision.`,
    });
    expect((await devices.forRun('cpu', true)).note).toBe(
      'The processor does not train in half precision: it was trained in single precision.',
    );
  });
});
