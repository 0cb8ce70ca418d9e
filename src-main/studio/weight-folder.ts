/** Where the backbones' weights lie: those that came with Graft, and those that the user added. */
import { mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StudioError } from '../../src-shared/errors.ts';
import { replaceFile } from '../atomic-file.ts';
import type { Architecture } from '../engine/backbones/backbone.ts';
import { type CatalogueEntry, catalogueEntry } from '../engine/backbones/catalogue.ts';
import {
  describeWeights,
  type KeptWeights,
  keepWeights,
  readWeights,
  recognise,
} from '../engine/backbones/weight-file.ts';
import type { BackboneFile } from '../engine/protocol.ts';
import { home, resources } from '../programs.ts';

export const bundledWeights = (): string => join(resources, 'backbones');
export const addedWeights = (): string => join(home(), 'backbones');

export interface WeightsHere extends KeptWeights {
  readonly path: string;
  readonly bytes: number;
}

/** What the user added goes before what came with Graft; null when there is neither. */
export async function weightsHere(name: string): Promise<WeightsHere | null> {
  for (const folder of [addedWeights(), bundledWeights()]) {
    const path = join(folder, `${name}.safetensors`);
    const found = await stat(path).catch(ifMissing);
    if (found) return { ...(await describeWeights(path)), path, bytes: found.size };
  }
  return null;
}

/** For a job. Throws a StudioError when there is no such backbone, or none of its weights here. */
export async function backboneFile(name: string): Promise<BackboneFile> {
  const entry = catalogueEntry(name);
  const found = await weightsHere(name);
  if (!found) throw new StudioError('refused', howToGet(entry));
  return { name, weights: found.path, sha256: found.sha256 };
}

function howToGet({ name, title, download }: CatalogueEntry): string {
  const beginning = `${title} has no weights here yet`;
  return download
    ? `${beginning}: fetch them, or add a weight file for ${name}.`
    : `${beginning}: run "npm start" once, or add a weight file for ${name}.`;
}

/**
 * Converts a weight file into `folder`, whole or not at all, and returns which architecture it is for:
 * `as`, or the one that its tensors show. Throws a StudioError when it fits none.
 */
export async function importWeights(
  file: string,
  folder: string,
  as?: string,
): Promise<Architecture> {
  const tensors = await readWeights(file);
  const architecture = recognise(tensors, basename(file), as);
  await mkdir(folder, { recursive: true });
  await replaceFile(join(folder, `${architecture.name}.safetensors`), (temporary) =>
    keepWeights(temporary, architecture, tensors),
  );
  return architecture;
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
