import type { Rejection } from '../../src-shared/domain.ts';
import { type UploadOptions, upload } from '../../src-shared/upload.ts';
import type { StudioState } from '../state/studio.svelte.ts';
import type { Sources } from './sources.ts';

export interface Placed {
  /** What lies at `path` on the studio's machine was called `name` by the person. */
  readonly placed: readonly { readonly path: string; readonly name: string }[];
  readonly rejected: readonly Rejection[];
}

/** Brings a few files to where the studio can read them; those that lie on its machine stay where they are. */
export async function placeOnStudio(
  studio: StudioState,
  sources: Sources,
  purpose: UploadOptions['purpose'],
): Promise<Placed> {
  if (sources.kind === 'paths') {
    return { placed: sources.paths.map((path) => ({ path, name: path })), rejected: [] };
  }
  const { uploaded, rejected } = await upload(sources.files, {
    purpose,
    call: (name, input) => studio.call(name, input),
    connected: () => studio.whenConnected(),
  });
  return { placed: uploaded, rejected };
}
