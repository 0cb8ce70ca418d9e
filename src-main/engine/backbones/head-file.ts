/**
 * The layer that a backbone ended in before it was taken off, kept in a file of its own beside the weights: what
 * the network makes of pictures by its own 1,000 classes is only asked by the advisor, and weights that were
 * kept before, and their hash, stay what they are.
 */
import { StudioError } from '../../../src-shared/errors.ts';
import type { Matrix } from '../assist/algebra.ts';
import type { Tensor } from '../graph/graph.ts';
import type { BackboneFile } from '../protocol.ts';
import type { Architecture } from './backbone.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** A linear layer from the features to scores of the source's classes. */
export interface Head {
  /** A row for each class. */
  readonly weight: Matrix;
  readonly bias: Float32Array;
}

const classes = 1000;

/** Where the head of a weight file lies. */
export const headPath = (weights: string): string => weights.replace(/\.safetensors$/, '.head');

/** The head among the tensors of a weight file; null when it is not there whole. */
export function headIn(
  { head }: Architecture,
  tensors: ReadonlyMap<string, Tensor>,
): ReadonlyMap<string, Tensor> | null {
  const [weight, bias] = [tensors.get(`${head}.weight`), tensors.get(`${head}.bias`)];
  const fits =
    weight?.dims.length === 2 && weight.dims[0] === classes && bias?.dims.join() === `${classes}`;
  if (!fits || weight.type !== 'float32' || bias.type !== 'float32') return null;
  return new Map([
    ['weight', weight],
    ['bias', bias],
  ]);
}

/** @param weights hash of the weights that the head belongs to */
export function writeHead(
  path: string,
  head: ReadonlyMap<string, Tensor>,
  weights: string,
): Promise<void> {
  return writeSafetensors(path, head, { weights });
}

/** Null where none was kept, or that of other weights. */
export async function loadHead(file: BackboneFile, features: number): Promise<Head | null> {
  const { tensors, metadata } = await readSafetensors(headPath(file.weights)).catch((error) => {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing || error instanceof StudioError) return { tensors: null, metadata: null };
    throw error;
  });
  const [weight, bias] = [tensors?.get('weight'), tensors?.get('bias')];
  if (metadata?.weights !== file.sha256 || weight?.dims[1] !== features || !bias) return null;
  return {
    weight: { rows: classes, columns: features, data: weight.data as Float32Array },
    bias: bias.data as Float32Array,
  };
}
