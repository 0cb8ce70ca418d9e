/** Reads a network from an ONNX file, and keeps it as a backbone when it is told where. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StudioError } from '../../../src-shared/errors.ts';
import { replaceFile } from '../../atomic-file.ts';
import { inputOf } from '../backbones/onnx/input.ts';
import { keptNetwork } from '../backbones/onnx/kept.ts';
import type { Normalisation } from '../backbones/onnx/normalisation.ts';
import { takeOver } from '../backbones/onnx/take-over.ts';
import { imagenet } from '../backbones/preprocessing.ts';
import { writeSafetensors } from '../backbones/safetensors.ts';
import { decodeModel } from '../graph/onnx.ts';
import type { NetworkJob, NetworkResult } from '../protocol.ts';
import { onnxruntime as runtime } from '../runtimes/onnxruntime.ts';
import type { JobContext } from './job.ts';

export async function takeNetwork(job: NetworkJob, context: JobContext): Promise<NetworkResult> {
  const name = basename(job.file);
  const graph = decodeModel(read(job.file), (location) => readBeside(job, location));
  const free = inputOf(graph, name).size === null;
  const beside = describedBeside(job);
  const inputSize = job.inputSize ?? (free ? beside.size : undefined);
  const network = await takeOver(graph, name, runtime, { inputSize });
  context.signal.throwIfAborted();
  const given = job.mean && job.std ? { mean: job.mean, std: job.std } : null;
  const known = given ?? network.normalisation ?? beside.normalisation;
  const { mean, std } = known ?? imagenet;
  const preprocessing = { size: network.inputSize, mean, std };
  if (job.keep) {
    const { folder, name: as } = job.keep;
    const { tensors, metadata } = keptNetwork(network, as, { preprocessing, source: name });
    await mkdir(folder, { recursive: true });
    await replaceFile(join(folder, `${as}.safetensors`), (temporary) =>
      writeSafetensors(temporary, tensors, metadata),
    );
  }
  return {
    inputSize: free && inputSize === undefined ? null : network.inputSize,
    normalisation: known,
    blocks: network.blocks.map((block) => block.name),
  };
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new StudioError('not-found', `${file} cannot be read: ${why}.`, { cause });
  }
}

/** A file of weights beside the model, or one that came with it; never one elsewhere, whatever the model says. */
function readBeside({ file, beside = [] }: NetworkJob, location: string): Uint8Array {
  const name = basename(location);
  const came = beside.filter((each) => basename(each) === name);
  const path =
    name === '' ? undefined : [...came, join(dirname(file), name)].find((each) => existsSync(each));
  if (path !== undefined) return readFileSync(path);
  throw new StudioError(
    'not-found',
    `The weights of ${basename(file)} are in a file of their own, "${location}", which is not beside it: put both into one folder, and choose both when you upload them.`,
  );
}

interface Beside {
  readonly size?: number;
  readonly normalisation: Normalisation | null;
}

/** What Hugging Face and timm put beside a model: `preprocessor_config.json`, and timm's `config.json`. */
function describedBeside({ file, beside = [] }: NetworkJob): Beside {
  const names = ['preprocessor_config.json', 'config.json'];
  const folder = dirname(file);
  const paths = [
    ...names.flatMap((name) => beside.filter((each) => basename(each) === name)),
    ...[folder, join(folder, '..')].flatMap((each) => names.map((name) => join(each, name))),
  ];
  for (const path of paths) {
    const found = existsSync(path) ? describedBy(path) : null;
    if (found) return found;
  }
  return { normalisation: null };
}

function describedBy(path: string): Beside | null {
  type Json = Readonly<Record<string, unknown>>;
  let said: Json;
  try {
    said = JSON.parse(readFileSync(path, 'utf8')) as Json;
  } catch {
    return null;
  }
  const timm = said.pretrained_cfg as Json | undefined;
  const [mean, std] = timm ? [timm.mean, timm.std] : [said.image_mean, said.image_std];
  const isTriple = (value: unknown): value is [number, number, number] =>
    Array.isArray(value) && value.length === 3 && value.every((each) => typeof each === 'number');
  if (!isTriple(mean) || !isTriple(std)) return null;
  const sides = [timm?.input_size, said.crop_size, said.size].flatMap((each): unknown[] =>
    Array.isArray(each)
      ? [each.at(-1)]
      : typeof each === 'object' && each
        ? Object.values(each)
        : [each],
  );
  const side = sides.find((each): each is number => typeof each === 'number');
  return { normalisation: { mean, std }, ...(side !== undefined && { size: side }) };
}
