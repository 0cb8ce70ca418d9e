/**
 * Where a training stands after an epoch, as one safetensors file: what the optimizer moves, the best
 * weights so far, and in the metadata what is no tensor. It is whole or not at all, and belongs to one
 * training: another one's is not gone on with.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Epoch, epoch } from '../../../src-shared/domain.ts';
import { replaceFile } from '../../atomic-file.ts';
import {
  readSafetensors,
  readSafetensorsHeader,
  writeSafetensors,
} from '../backbones/safetensors.ts';
import type { Tensor } from '../graph/graph.ts';
import type { Weights } from './network.ts';
import type { RandomState } from './random.ts';

export interface Checkpoint {
  /** All so far; the last one is the one after which it was written. */
  readonly epochs: readonly Epoch[];
  /** Steps of the optimizer. */
  readonly steps: number;
  /** Streams of random numbers by their use. */
  readonly random: Readonly<Record<string, RandomState>>;
  readonly best: {
    readonly bestEpoch: number;
    readonly validation: { readonly accuracy: number; readonly loss: number };
    readonly weights: Weights;
  };
  /** What the trainer carries from step to step, as the forward graph has it: any runtime goes on from it. */
  readonly state: Weights;
}

const metadataSchema = z.object({
  epochs: z.array(epoch),
  steps: z.int(),
  random: z.record(z.string(), z.array(z.int())),
  best: z.object({
    bestEpoch: z.int(),
    validation: z.object({ accuracy: z.number(), loss: z.number() }),
  }),
});

const prefixes = { state: 'state/', best: 'best/' } as const;

/** In the folder of the training. */
export const checkpointPath = (folder: string) => join(folder, 'checkpoint.safetensors');

/** Counts up when what is in a file, or how it lies there, is another. 2: as the forward graph has it. */
export const checkpointForm = 2;

/** Says whether two trainings would be the same: of everything that moves their numbers. */
export const fingerprintOf = (belongsTo: unknown): string =>
  createHash('sha256').update(JSON.stringify(belongsTo)).digest('hex');

/** Written through a temporary file that reaches the disk before it takes the place of the one before. */
export async function writeCheckpoint(
  folder: string,
  fingerprint: string,
  { state, best: { weights, ...best }, ...rest }: Checkpoint,
): Promise<void> {
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of Object.entries(state)) tensors.set(prefixes.state + name, tensor);
  for (const [name, tensor] of Object.entries(weights)) tensors.set(prefixes.best + name, tensor);
  const metadata = { fingerprint, training: JSON.stringify({ ...rest, best }) };
  await mkdir(folder, { recursive: true });
  await replaceFile(checkpointPath(folder), (temporary) =>
    writeSafetensors(temporary, tensors, metadata),
  );
}

/** Null when there is none, it is another training's, or it is damaged: then the training starts anew. */
export async function readCheckpoint(
  folder: string,
  fingerprint: string,
): Promise<Checkpoint | null> {
  const path = checkpointPath(folder);
  if (!existsSync(path)) return null;
  try {
    const header = await readSafetensorsHeader(path);
    if (header.metadata.fingerprint !== fingerprint) return null;
    const { tensors } = await readSafetensors(path);
    const { best, ...rest } = parsed(header.metadata);
    return {
      ...rest,
      state: withPrefix(tensors, prefixes.state),
      best: { ...best, weights: withPrefix(tensors, prefixes.best) },
    };
  } catch (error) {
    console.error(`The checkpoint ${path} cannot be used:`, error);
    return null;
  }
}

/** After which epoch the training in this folder can go on; null when it cannot. */
export async function checkpointEpoch(folder: string): Promise<number | null> {
  const path = checkpointPath(folder);
  if (!existsSync(path)) return null;
  try {
    const { metadata } = await readSafetensorsHeader(path);
    return parsed(metadata).epochs.length;
  } catch {
    return null; // it would not be used either
  }
}

export const removeCheckpoint = (folder: string) => rm(checkpointPath(folder), { force: true });

const parsed = (metadata: Readonly<Record<string, string>>) =>
  metadataSchema.parse(JSON.parse(metadata.training ?? '{}'));

function withPrefix(tensors: ReadonlyMap<string, Tensor>, prefix: string): Weights {
  return Object.fromEntries(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
    ),
  );
}
