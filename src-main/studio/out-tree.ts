/** Files that belong together, at a place that the user chose: a folder, or one .zip of it. */
import { constants, createWriteStream } from 'node:fs';
import { copyFile, link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { writeOut } from './out-file.ts';
import { writeFolder } from './out-folder.ts';

export interface Entry {
  /** Relative, parted by `/`. */
  readonly to: string;
  /** A file that is there, or what is to be written. */
  readonly content: { readonly file: string } | { readonly text: string };
}

export const isZip = (out: string): boolean => /\.zip$/i.test(out);

/**
 * Writes all of it or nothing: a .zip where `out` ends so (one that is there is replaced), else a new folder.
 *
 * @param links for folders: the files as links rather than copies
 * @returns where it is, absolute
 * @throws StudioError as `writeOut` and `writeFolder` do
 */
export function writeTree(
  out: string,
  entries: readonly Entry[],
  { links = false }: { readonly links?: boolean } = {},
): Promise<string> {
  if (isZip(out)) return writeOut(out, 'files.zip', (temporary) => writeZip(temporary, entries));
  return writeFolder(out, (folder) => fill(folder, entries, links ? linked : copied));
}

/** Pictures and archives become no smaller. */
const packed = /\.(jpe?g|png|webp|gif|avif|hei[cf]|zip|gz)$/i;

async function writeZip(to: string, entries: readonly Entry[]): Promise<void> {
  const zip = new ZipFile();
  // A file that cannot be read ends the whole.
  zip.on('error', (error) =>
    (zip.outputStream as NodeJS.ReadableStream & { destroy(error: Error): void }).destroy(
      error as Error,
    ),
  );
  const written = pipeline(zip.outputStream, createWriteStream(to));
  for (const { to: name, content } of entries) {
    if ('text' in content) zip.addBuffer(Buffer.from(content.text), name);
    else zip.addFile(content.file, name, { compress: !packed.test(name) });
  }
  zip.end();
  await written;
}

const atOnce = 8;
type Bring = (from: string, to: string) => Promise<void>;

async function fill(folder: string, entries: readonly Entry[], bring: Bring): Promise<void> {
  for (const name of new Set(entries.map(({ to }) => dirname(to))))
    await mkdir(join(folder, name), { recursive: true });
  for (let start = 0; start < entries.length; start += atOnce) {
    const some = entries.slice(start, start + atOnce);
    await Promise.all(
      some.map(({ to, content }) =>
        'text' in content
          ? writeFile(join(folder, to), content.text)
          : bring(content.file, join(folder, to)),
      ),
    );
  }
}

/** Without copying a byte, where the file system can. */
const copied: Bring = (from, to) => copyFile(from, to, constants.COPYFILE_FICLONE);

const linked: Bring = async (from, to) => {
  try {
    await symlink(from, to);
  } catch (error) {
    // Windows lets only some people make such links; the other kind works on the same disk.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    await link(from, to);
  }
};
