import type { Uploaded } from './upload.ts';

/**
 * What to import after an upload. Of a dropped folder `pond`, with `pond/frogs/1.jpg` now at
 * `/p/images/pond/frogs/1.jpg`, that is `/p/images/pond`, so that the folders in it can be labels. A file
 * that had to be stored elsewhere, and one that was in no folder, stands for itself.
 */
export function importRoots(uploaded: readonly Uploaded[]): string[] {
  const roots = new Set<string>();
  for (const { name, path } of uploaded) {
    const top = name.split('/')[0]!;
    const stored = path.replaceAll('\\', '/');
    if (name.includes('/') && stored.endsWith(`/${name}`))
      roots.add(path.slice(0, path.length - name.length + top.length));
    else roots.add(path);
  }
  return [...roots];
}
