/** Files from another machine: in chunks, resumed, checked by hash, then put where their purpose wants them. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallOutput, type CallParsed, uploadChunkBytes } from '../../src-shared/contract.ts';
import { assertNever, StudioError } from '../../src-shared/errors.ts';
import { archiveKind, unpack } from '../images/archive.ts';
import { formatOf, reasonOf } from '../images/format.ts';
import { findPlace, place, safePath } from '../images/place.ts';
import { home } from '../programs.ts';
import type { Context, OpenProject } from './context.ts';
import type { Handlers } from './handlers.ts';
import { cleanParts, partFor, type UploadPart } from './upload-part.ts';

type Begin = CallParsed<'uploads.begin'>;
type Finished = CallOutput<'uploads.finish'>;

interface Upload {
  readonly id: string;
  readonly begin: Begin;
  /** Null for a backbone, which belongs to the user. */
  readonly project: OpenProject | null;
  readonly segments: readonly string[];
  /** Null for what is here already. */
  readonly part: UploadPart | null;
  /** So that an answer that was lost on the way can be asked for again. */
  finished: Promise<Finished> | null;
  /** Ends the unpacking of an archive. */
  readonly abort: AbortController;
}

type Calls = Pick<
  Handlers,
  'uploads.begin' | 'uploads.write' | 'uploads.finish' | 'uploads.abandon'
>;

export function uploadCalls(context: Context): Calls {
  const byId = new Map<string, Upload>();
  /** The same file is one upload, however often it is begun. */
  const byFile = new Map<string, Promise<Upload>>();
  let predictions: Promise<string> | null = null;

  context.onOpen((project) => {
    cleanParts(join(project.path, 'uploads')).catch((error) =>
      console.warn(`Old uploads of ${project.path} could not be cleaned away:`, error),
    );
    project.onClose(async () => {
      // Parts of pictures stay, to be gone on with.
      for (const upload of [...byId.values()]) {
        if (upload.project === project) await forget(upload);
      }
      if (predictions) await rm(await predictions, { recursive: true, force: true });
      predictions = null;
    });
  });

  /** Waits for what is underway, and the upload is no more; its part stays. */
  async function forget(upload: Upload): Promise<void> {
    byId.delete(upload.id);
    byFile.delete(keyOf(upload.begin));
    upload.abort.abort();
    await upload.part?.settled();
    // Its failure is for the one who asked to finish.
    await upload.finished?.catch(() => undefined);
  }

  async function folderFor(
    purpose: Begin['purpose'],
    project: OpenProject | null,
  ): Promise<string> {
    switch (purpose) {
      case 'import':
        return join(project!.path, 'uploads');
      case 'predict':
        predictions ??= mkdtemp(join(tmpdir(), 'graft-predict-'));
        return predictions;
      case 'backbone':
        await cleanParts(backboneFolder());
        return backboneFolder();
      default:
        return assertNever(purpose);
    }
  }

  /** Promised to others on the same disk, and not written yet. */
  const outstanding = () =>
    [...byId.values()].reduce((sum, { part }) => sum + (part ? part.bytes - part.received : 0), 0);

  async function open(begin: Begin): Promise<Upload> {
    const { name, bytes, sha256, purpose } = begin;
    const segments = segmentsOf(name);
    const project = purpose === 'backbone' ? null : context.project();
    const upload = { id: randomUUID(), begin, project, segments, abort: new AbortController() };
    if (project && purpose === 'import' && !archiveKind(name)) {
      const { path, taken } = await findPlace(imagesOf(project), segments, { bytes, sha256 });
      if (taken) {
        const finished = Promise.resolve({ path, rejected: [] });
        return { ...upload, part: null, finished };
      }
    }
    const folder = await folderFor(purpose, project);
    const part = await partFor(folder, { name, bytes, sha256 }, outstanding());
    return { ...upload, part, finished: null };
  }

  async function finish(upload: Upload): Promise<Finished> {
    const { begin, project, segments, part } = upload;
    const { name, bytes, sha256, purpose } = begin;
    await part!.check();
    const file = part!.path;
    const content = { bytes, sha256 };
    switch (purpose) {
      case 'import':
        return archiveKind(name)
          ? unpackInto(project!, file, name, segments, upload.abort.signal)
          : keepPicture(project!, file, segments, content);
      case 'predict':
        return kept(place(file, await predictions!, [upload.id, ...segments], content));
      case 'backbone':
        return kept(place(file, backboneFolder(), [sha256, segments.at(-1)!], content));
      default:
        return assertNever(purpose);
    }
  }

  const closedMeanwhile = ({ name }: Begin) =>
    new StudioError('refused', `${name}: its project was closed meanwhile.`);

  function requireOpen({ project, begin }: Upload): void {
    if (project && project !== context.current()) throw closedMeanwhile(begin);
  }

  function need(uploadId: string): Upload {
    const upload = byId.get(uploadId);
    if (!upload) throw new StudioError('not-found', 'This upload has ended: begin it again.');
    requireOpen(upload);
    return upload;
  }

  return {
    'uploads.begin': async (begin) => {
      const key = keyOf(begin);
      let opening = byFile.get(key);
      if (!opening) {
        opening = open(begin);
        byFile.set(key, opening);
      }
      try {
        const upload = await opening;
        requireOpen(upload);
        byId.set(upload.id, upload);
        return { uploadId: upload.id, received: upload.part?.received ?? begin.bytes };
      } catch (error) {
        byFile.delete(key);
        throw error;
      }
    },

    'uploads.write': async ({ uploadId, offset, base64 }) => {
      const { part, begin } = need(uploadId);
      const chunk = Buffer.from(base64, 'base64');
      if (chunk.length > uploadChunkBytes) {
        throw new StudioError(
          'invalid-input',
          `A chunk of ${begin.name} has ${chunk.length} bytes; at most ${uploadChunkBytes} are taken at once.`,
        );
      }
      return { received: part ? await part.write(offset, chunk) : begin.bytes };
    },

    'uploads.finish': async ({ uploadId }) => {
      const upload = need(uploadId);
      upload.finished ??= finish(upload);
      try {
        const finished = await upload.finished;
        // From now on it would be found in its place, or be uploaded anew.
        byFile.delete(keyOf(upload.begin));
        return finished;
      } catch (error) {
        // Its part stays, and is finished when it is begun again.
        if (upload.abort.signal.aborted) throw closedMeanwhile(upload.begin);
        // One that is not complete goes on; any other failure is final.
        upload.finished = null;
        if (!upload.part?.isComplete()) throw error;
        await forget(upload);
        await upload.part.remove();
        throw error;
      }
    },

    'uploads.abandon': async ({ uploadId }) => {
      const upload = byId.get(uploadId);
      if (!upload) return {};
      await forget(upload);
      await upload.part?.remove();
      return {};
    },
  };
}

const keyOf = ({ name, bytes, sha256, purpose }: Begin) =>
  JSON.stringify([name, bytes, sha256, purpose]);

const imagesOf = (project: OpenProject) => join(project.path, 'images');

const backboneFolder = () => join(home(), 'uploads');

function segmentsOf(name: string): readonly string[] {
  try {
    return safePath(name);
  } catch (error) {
    throw new StudioError('refused', `${name}: ${reasonOf(error, name)}`, { cause: error });
  }
}

async function unpackInto(
  project: OpenProject,
  file: string,
  name: string,
  segments: readonly string[],
  signal: AbortSignal,
): Promise<Finished> {
  const { folder, rejected } = await unpack(file, {
    name,
    into: join(imagesOf(project), ...segments.slice(0, -1)),
    temporary: join(project.path, 'uploads'),
    signal,
  });
  await rm(file);
  return { path: folder, rejected: [...rejected] };
}

async function keepPicture(
  project: OpenProject,
  file: string,
  segments: readonly string[],
  content: { readonly bytes: number; readonly sha256: string },
): Promise<Finished> {
  try {
    await formatOf(file);
  } catch (error) {
    // Whoever uploads many lists each reason beside the file's name.
    throw new StudioError('refused', reasonOf(error, file), { cause: error });
  }
  return kept(place(file, imagesOf(project), segments, content));
}

const kept = async (path: Promise<string>): Promise<Finished> => ({
  path: await path,
  rejected: [],
});
