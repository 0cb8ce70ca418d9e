/** Where the backbones' weights lie: those that came with Graft, and those that the user added. */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StudioError } from '../../src-shared/errors.ts';
import { replaceFile } from '../atomic-file.ts';
import type { Architecture } from '../engine/backbones/backbone.ts';
import { type CatalogueEntry, catalogue, catalogueEntry } from '../engine/backbones/catalogue.ts';
import { headIn, headPath, writeHead } from '../engine/backbones/head-file.ts';
import {
  describeWeights,
  type KeptWeights,
  keepWeights,
  readWeights,
  recognise,
  sharedArchitecture,
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
    const own = await weightsIn(folder, name);
    if (own) return own;
    const owner = catalogue.find((entry) => entry.name === name)?.sharesWith;
    const other = owner === undefined ? null : await weightsIn(folder, owner);
    const architecture = other && sharedArchitecture(name, other.architecture);
    if (architecture) return { ...other, architecture };
  }
  return null;
}

async function weightsIn(folder: string, name: string): Promise<WeightsHere | null> {
  const path = join(folder, `${name}.safetensors`);
  const found = await stat(path).catch(ifMissing);
  return found && { ...(await describeWeights(path)), path, bytes: found.size };
}

/** A whole network rather than weights for one that is known. */
export const isNetwork = (file: string) => /\.onnx$/i.test(file);

/** Networks that the user added under names of their own, which the catalogue does not know. */
export async function addedNetworks(): Promise<string[]> {
  const files = await readdir(addedWeights()).catch(ifMissing);
  return (files ?? [])
    .filter((file) => file.endsWith('.safetensors'))
    .map((file) => basename(file, '.safetensors'))
    .filter((name) => !catalogue.some((entry) => entry.name === name))
    .sort();
}

/**
 * For a job. Throws a StudioError when there is no such backbone, or none of its weights here.
 * @param frozen how many of so many blocks stay as they are: refused when one above cannot be trained through
 */
export async function backboneFile(
  name: string,
  frozen?: (blocks: number) => number,
): Promise<BackboneFile> {
  const added = (await addedNetworks()).includes(name);
  const found = added || isKnown(name) ? await weightsHere(name) : null;
  if (found && frozen) checkCut(found.architecture, frozen(found.architecture.blocks.length));
  if (added && found) return { name, weights: found.path, sha256: found.sha256 };
  const entry = catalogueEntry(name);
  if (!found) throw new StudioError('refused', howToGet(entry));
  return { name, weights: found.path, sha256: found.sha256 };
}

const isKnown = (name: string) => catalogue.some((entry) => entry.name === name);

/** Throws a StudioError that names the operator, and the lowest cut above which all can be trained. */
function checkCut({ title, blocks, obstacle }: Architecture, frozen: number): void {
  const operator = obstacle?.(frozen);
  if (!obstacle || !operator) return;
  let lowest = frozen + 1;
  while (lowest < blocks.length && obstacle(lowest) !== null) lowest++;
  const most = blocks.length - lowest;
  const instead =
    most === 0
      ? 'use it as it is (feature-extraction)'
      : `adapt its last ${most === 1 ? 'block' : `${most} blocks`} at most, those above ${blocks[lowest - 1]}`;
  throw new StudioError(
    'refused',
    `${title} cannot be trained through the operator ${operator}: ${instead}.`,
  );
}

function howToGet({ name, title, download }: CatalogueEntry): string {
  const beginning = `${title} has no weights here yet`;
  return download
    ? `${beginning}: fetch them, or add a weight file for ${name}.`
    : `${beginning}: run "npm start" once, or add a weight file for ${name}.`;
}

/**
 * Converts a weight file into `folder`, whole or not at all, with the last layer of 1,000 classes beside it if
 * it holds one, and returns which architecture it is for: `as`, or the one that its tensors show. Throws a StudioError when it fits none.
 */
export async function importWeights(
  file: string,
  folder: string,
  as?: string,
): Promise<Architecture> {
  const tensors = await readWeights(file);
  const architecture = recognise(tensors, basename(file), as);
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${architecture.name}.safetensors`);
  const sha256 = await replaceFile(path, (temporary) =>
    keepWeights(temporary, architecture, tensors),
  );
  const head = headIn(architecture, tensors);
  if (head) await replaceFile(headPath(path), (temporary) => writeHead(temporary, head, sha256));
  return architecture;
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
