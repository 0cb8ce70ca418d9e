/** Calibrated trunks on disk, beside the features that they give. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { replaceFile } from '../../atomic-file.ts';
import type { Preprocessing } from '../../images/pixels.ts';
import { calibratedNetworkFile } from '../features/cache-folder.ts';
import type { Graph } from '../graph/graph.ts';
import { decodeModel } from '../graph/onnx.ts';
import { encodeModel } from '../graph/onnx-encode.ts';
import type { Way } from './fast-trunk.ts';
import { floatLayers } from './scheme.ts';

export interface KeptTrunk {
  readonly graph: Graph;
  readonly way: Way;
  /** Of the model's bytes: features of another calibration are other features. */
  readonly sha256: string;
}

export interface TrunkKey {
  /** The exact one. */
  readonly trunk: Graph;
  /** SHA-256 of the weight file. */
  readonly weights: string;
  readonly preprocessing: Preprocessing;
  readonly weightBits: Way['weightBits'];
}

const wayOf = z.object({
  floatLayers: z.enum(floatLayers),
  ranges: z.enum(['min-max', 'percentile']),
  weightBits: z.union([z.literal(7), z.literal(8)]),
});
const wayEntry = 'quantisation';

function fileOf(folder: string, { trunk, ...key }: TrunkKey): string {
  const { nodes, outputs } = trunk;
  const name = createHash('sha256')
    .update(JSON.stringify({ ...key, nodes, outputs }))
    .digest('hex');
  return calibratedNetworkFile(folder, key.weights, name.slice(0, 32));
}

const keptAs = (bytes: Uint8Array, graph: Graph, way: Way): KeptTrunk => ({
  graph,
  way,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

/** Null when there is none, or it is damaged: then it is to be calibrated again. */
export async function readTrunk(folder: string, key: TrunkKey): Promise<KeptTrunk | null> {
  try {
    const path = fileOf(folder, key);
    const bytes = new Uint8Array(await readFile(path));
    // What was not used for longest goes first.
    await utimes(path, new Date(), new Date());
    const graph = decodeModel(bytes);
    return keptAs(bytes, graph, wayOf.parse(JSON.parse(graph.metadata[wayEntry] ?? '')));
  } catch {
    return null;
  }
}

/** Whole or not at all. */
export async function keepTrunk(
  folder: string,
  key: TrunkKey,
  graph: Graph,
  way: Way,
): Promise<KeptTrunk> {
  const metadata = { ...graph.metadata, [wayEntry]: JSON.stringify(way) };
  const bytes = encodeModel({ ...graph, metadata });
  await mkdir(folder, { recursive: true });
  await replaceFile(fileOf(folder, key), (temporary) => writeFile(temporary, bytes));
  return keptAs(bytes, graph, way);
}
