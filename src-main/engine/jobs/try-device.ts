/** What a device is, and how a small training step goes on it. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Device, DeviceKind } from '../../../src-shared/devices.ts';
import { toErrorReply } from '../../../src-shared/errors.ts';
import { graphicsCards, nvidiaCards, softwareDriver } from '../devices/cards.ts';
import { tryDevice } from '../devices/trial.ts';
import type { TryDeviceJob } from '../protocol.ts';

export async function tryDeviceJob({ device, thorough }: TryDeviceJob): Promise<Device> {
  const known = await identity[device]();
  if (device === 'cpu' && !thorough) return { kind: device, ...known, trial: null, problem: null };
  const [trial, problem] = await tryDevice(device, known.software).then(
    (trial) => [trial, null] as const,
    (error: unknown) => [null, toErrorReply(error).message] as const,
  );
  return { kind: device, ...known, trial, problem };
}

type Identity = Pick<Device, 'name' | 'memoryBytes' | 'software'>;

const identity: Readonly<Record<DeviceKind, () => Promise<Identity>>> = {
  async cpu() {
    const model = cpus()[0]?.model.trim() || process.arch;
    const name = `${model}, ${availableParallelism()} threads`;
    return { name, memoryBytes: totalmem(), software: false };
  },
  async webgpu() {
    const imitated = softwareDriver();
    if (imitated) {
      return { name: `${imitated}, on the processor`, memoryBytes: totalmem(), software: true };
    }
    const [card] = await graphicsCards();
    if (card) return { ...card, software: false };
    // Where the system names no card, what answers for one is a program.
    return { name: 'Graphics', memoryBytes: null, software: process.platform === 'linux' };
  },
  async cuda() {
    const [card] = await nvidiaCards();
    return {
      name: card?.name ?? 'NVIDIA',
      memoryBytes: card?.memoryBytes ?? null,
      software: false,
    };
  },
};
