/** What a training computes on. */
import { z } from 'zod';

export const deviceKinds = ['cpu', 'webgpu', 'cuda'] as const;
export const deviceKind = z.enum(deviceKinds);
export type DeviceKind = z.infer<typeof deviceKind>;

export const deviceTitles: Readonly<Record<DeviceKind, string>> = {
  cpu: 'The processor',
  webgpu: 'The GPU (WebGPU)',
  cuda: 'The GPU (CUDA)',
};

/** What a person chooses; `auto`: the fastest that agrees with the processor, measured on this machine. */
export const deviceChoices = ['auto', ...deviceKinds] as const;
export const deviceChoice = z.enum(deviceChoices);
export type DeviceChoice = z.infer<typeof deviceChoice>;

/** How one small training step went on it. */
export const deviceTrial = z.object({
  /** Of a step, once the first ones are over; and the same step on the processor. */
  seconds: z.number(),
  processorSeconds: z.number(),
  /** The largest difference of any loss from the processor's, relative to it. */
  difference: z.number(),
  /** Operators of the step, and how many of them it computes itself; the rest go to the processor. */
  operators: z.int(),
  onDevice: z.int(),
  /** Does it compute in half precision? */
  half: z.boolean(),
});
export type DeviceTrial = z.infer<typeof deviceTrial>;

export const device = z.object({
  kind: deviceKind,
  name: z.string(),
  /** Of its own, or that it shares; null where the system does not tell. */
  memoryBytes: z.int().nullable(),
  /** Imitated by the processor, and so never chosen by itself. */
  software: z.boolean(),
  /** Null where it cannot be used, as `problem` says; the processor's is made when it is asked for. */
  trial: deviceTrial.nullable(),
  problem: z.string().nullable(),
});
export type Device = z.infer<typeof device>;

/** Losses of the same step on another device differ by the order of additions; by more, it miscomputes. */
export const toleratedDifference = 1e-4;

/** Below 1: faster than the processor. */
const pace = ({ trial }: Device) => trial!.seconds / trial!.processorSeconds;

/** The fastest of those that agree with the processor. Software devices are left to who asks for them. */
export function automaticDevice(devices: readonly Device[]): DeviceKind {
  const sound = devices.filter(
    (each) =>
      each.kind !== 'cpu' &&
      each.trial !== null &&
      !each.software &&
      each.trial.difference <= toleratedDifference &&
      pace(each) < 1,
  );
  const [fastest] = sound.toSorted((a, b) => pace(a) - pace(b));
  return fastest?.kind ?? 'cpu';
}
