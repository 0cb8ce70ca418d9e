import type { Bridge } from '../../src-shared/bridge.ts';
import { nameOf } from './paths.ts';

/** A file that the page holds and the studio does not have yet. */
export interface PickedFile {
  readonly file: File;
  /** With the folders above it, as far as they were picked too: `pond/frogs/1.jpg`. */
  readonly name: string;
}

/** What a person dropped, chose or typed: places on the studio's machine, or files to be uploaded. */
export type Sources =
  | { readonly kind: 'paths'; readonly paths: readonly string[]; readonly folders: boolean }
  | { readonly kind: 'files'; readonly files: readonly PickedFile[] };

/** Are there folders in it, whose names may be labels? An archive may well hold some. */
export function mayHaveFolders(sources: Sources): boolean {
  if (sources.kind === 'paths') return sources.folders || sources.paths.some(isArchive);
  return sources.files.some(({ name }) => name.includes('/') || isArchive(name));
}

export const isArchive = (name: string): boolean => /\.(zip|tar|tgz|tar\.gz)$/i.test(name);

/** What a project of these sources would be called. */
export function titleOf(sources: Sources): string {
  if (sources.kind === 'paths') return nameOf(sources.paths[0] ?? '');
  const [first] = sources.files;
  if (!first) return '';
  const top = first.name.split('/')[0]!;
  return first.name.includes('/') || isArchive(top) ? top : 'Pictures';
}

/** A typed path: whether it is a folder is for the studio to find out. */
export const typedPath = (path: string): Sources => ({
  kind: 'paths',
  paths: [path.trim()],
  folders: !/\.[a-z0-9]{2,5}$/i.test(path.trim()),
});

/**
 * What was dropped. Where the door knows paths, they are enough; else the folders are walked through.
 * Must be called within the drop event: the browser forgets the entries afterwards.
 */
export async function droppedSources(data: DataTransfer, bridge: Bridge): Promise<Sources> {
  const items = [...data.items].filter((item) => item.kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry());
  const files = items.map((item) => item.getAsFile());
  if (bridge.local) {
    const paths = files.map((file) => (file ? bridge.pathOf(file) : '')).filter((path) => path);
    if (paths.length > 0)
      return { kind: 'paths', paths, folders: entries.some((entry) => entry?.isDirectory) };
  }
  const found: PickedFile[] = [];
  for (const [index, entry] of entries.entries()) {
    const file = files[index];
    if (entry) await walk(entry, found);
    else if (file) found.push({ file, name: file.name });
  }
  return { kind: 'files', files: found };
}

/** What was chosen in the browser's own dialog; of a folder, the browser gives every file with its path. */
export const chosenFiles = (list: FileList): Sources => ({
  kind: 'files',
  files: [...list]
    .map((file) => ({ file, name: file.webkitRelativePath || file.name }))
    .filter(({ name }) => !isHidden(name)),
});

/** What systems leave in folders, and nobody means to upload. */
const isHidden = (name: string) =>
  name
    .split('/')
    .some((part) => part.startsWith('.') || part === '__MACOSX' || part === 'Thumbs.db');

async function walk(entry: FileSystemEntry, found: PickedFile[]): Promise<void> {
  const name = entry.fullPath.replace(/^\//, '');
  if (isHidden(name)) return;
  if (isFile(entry)) {
    found.push({ file: await new Promise<File>((yes, no) => entry.file(yes, no)), name });
  } else if (isFolder(entry)) {
    const reader = entry.createReader();
    // The reader gives at most a hundred entries at a time, and none at the end.
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((yes, no) => reader.readEntries(yes, no));
      if (some.length === 0) return;
      for (const child of some) await walk(child, found);
    }
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
