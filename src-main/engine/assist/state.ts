/** What the process knows of the project's pictures, between one question and the next. */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Backbone } from '../backbones/backbone.ts';
import { loadBackbone } from '../backbones/weight-file.ts';
import type { FeatureCache } from '../features/cache.ts';
import { openCache } from '../features/extract.ts';
import { cut } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import type { BackboneFile } from '../protocol.ts';
import { onnxruntime } from '../runtimes/onnxruntime.ts';
import type { Session } from '../runtimes/runtime.ts';
import { Embedding } from './embedding.ts';
import type { Taught } from './teacher.ts';

export interface Known {
  readonly name: string;
  readonly backbone: Backbone;
  readonly embedding: Embedding;
  readonly cache: FeatureCache;
  /** The backbone up to its last features, opened when it is first needed. */
  readonly trunk: () => Promise<Session>;
  /** The last classifier: the next one starts from it. */
  taught: Taught | undefined;
}

/** One project at a time; another one, or another backbone, takes its place. */
let current: Promise<Known> | undefined;
let currentName = '';

const nameOf = (backbone: BackboneFile, features: string) =>
  createHash('sha256').update(`${backbone.sha256} ${features}`).digest('hex').slice(0, 16);

/** Opens the embedding of this backbone over this feature cache, empty at first. */
export async function openEmbedding(file: BackboneFile, features: string): Promise<Known> {
  const name = nameOf(file, features);
  if (current && name === currentName) return current;
  const before = current;
  currentName = name;
  current = (async () => {
    const last = await before?.catch(() => undefined);
    last?.cache.close();
    return open(name, file, features);
  })();
  // One that could not be opened is to be tried again.
  current.catch(() => {
    if (currentName === name) current = undefined;
  });
  return current;
}

async function open(name: string, file: BackboneFile, folder: string): Promise<Known> {
  const backbone = await loadBackbone(file);
  const { trunk } = cut(backbone.graph, backbone.blocks.at(-1)!.output);
  const { preprocessing } = backbone;
  const cache = openCache(
    { trunk, weights: file.sha256, preprocessing, folder },
    trunk.outputs[0]!,
  );
  let session: Promise<Session> | undefined;
  return {
    name,
    backbone,
    cache,
    embedding: new Embedding(cache.floats),
    trunk: () => (session ??= openTrunk(trunk)),
    taught: undefined,
  };
}

function openTrunk(trunk: Graph): Promise<Session> {
  return onnxruntime.open(trunk, { threads: availableParallelism() });
}

/** The embedding that a question is about; null when the process does not have all of it. */
export async function knownAs(name: string, rows: number): Promise<Known | null> {
  if (!current || name !== currentName) return null;
  const known = await current;
  return known.embedding.count >= rows ? known : null;
}
