/** Where the pictures of an exported folder go, and the files of labels beside them. */
import { basename, parse } from 'node:path';
import { safePath } from '../../images/place.ts';
import { fold } from '../../store/text.ts';
import { type ExportRow, jsonLines } from './tables.ts';

export type FolderFormat = 'imagefolder' | 'huggingface' | 'coco';

export interface Placed {
  readonly row: ExportRow;
  /** Relative to the folder, parted by `/`. */
  readonly to: string;
}

export interface Layout {
  readonly pictures: readonly Placed[];
  /** Labels whose folders cannot be called as they are, with what they are called. */
  readonly renamed: readonly { readonly label: string; readonly folder: string }[];
}

/**
 * imagefolder: `LABEL/a.jpg`; huggingface and coco: `images/a.jpg`; all of it below `train/`, `validation/` and
 * `test/` with a folder for each set. Names are made fit for every file system; the second of two with the same
 * name is `a (2).jpg`.
 *
 * @param setFolders rows without a set must not be given then
 */
export function layOut(
  rows: readonly ExportRow[],
  format: FolderFormat,
  setFolders: boolean,
): Layout {
  const taken = new Set<string>();
  const folders = new Map<string, string>();
  const free = (stem: string, ending: string) => {
    for (let number = 1; ; number++) {
      const path = number === 1 ? `${stem}${ending}` : `${stem} (${number})${ending}`;
      if (taken.has(fold(path))) continue;
      taken.add(fold(path));
      return path;
    }
  };
  const folderOf = (label: string) => {
    if (format !== 'imagefolder') return 'images';
    const there = folders.get(label);
    if (there !== undefined) return there;
    const folder = free(safeSegment(label), '');
    folders.set(label, folder);
    return folder;
  };
  const pictures = rows.map((row) => {
    const set = setFolders ? `${row.split}/` : '';
    const { name, ext } = parse(safeSegment(basename(row.path)));
    return { row, to: free(`${set}${folderOf(row.label)}/${name}`, ext) };
  });
  const renamed = [...folders]
    .filter(([label, folder]) => label !== folder)
    .map(([label, folder]) => ({ label, folder }));
  return { pictures, renamed };
}

/** A leading dot would hide it from most programs. */
const safeSegment = (name: string) =>
  safePath(name.replaceAll(/[\\/]/g, '_').replace(/^\.+/, (dots) => '_'.repeat(dots.length)))[0]!;

/** The files of labels that belong beside the pictures, by their relative paths. */
export function labelTexts(
  { pictures }: Layout,
  format: FolderFormat,
  setFolders: boolean,
): ReadonlyMap<string, string> {
  if (format === 'imagefolder') return new Map();
  const groups = new Map<string, Placed[]>();
  for (const placed of pictures) {
    const folder = setFolders ? `${placed.row.split}/` : '';
    const group = groups.get(folder);
    if (group) group.push(placed);
    else groups.set(folder, [placed]);
  }
  const labels = [...new Set(pictures.map(({ row }) => row.label))];
  return new Map(
    [...groups].map(([folder, placed]) => {
      const inside = placed.map(({ row, to }) => ({ row, to: to.slice(folder.length) }));
      return format === 'huggingface'
        ? [`${folder}metadata.jsonl`, metadata(inside, !setFolders)]
        : [`${folder}annotations.json`, coco(inside, labels, !setFolders)];
    }),
  );
}

/** https://huggingface.co/docs/datasets/image_dataset#imagefolder */
const metadata = (pictures: readonly Placed[], withSplit: boolean) =>
  jsonLines(
    pictures.map(({ row, to }) => ({
      file_name: to,
      label: row.label,
      ...(withSplit && row.split && { split: row.split }),
    })),
  );

/**
 * https://cocodataset.org/#format-data without boxes: an annotation says of a whole image which category it is.
 * Categories are the same in every set.
 */
function coco(pictures: readonly Placed[], labels: readonly string[], withSplit: boolean): string {
  const ids = new Map(labels.map((name, index) => [name, index + 1]));
  return `${JSON.stringify({
    images: pictures.map(({ row, to }) => ({
      id: row.id,
      file_name: to,
      ...(withSplit && row.split && { split: row.split }),
    })),
    annotations: pictures.map(({ row }, index) => ({
      id: index + 1,
      image_id: row.id,
      category_id: ids.get(row.label)!,
    })),
    categories: labels.map((name) => ({ id: ids.get(name)!, name })),
  })}\n`;
}
