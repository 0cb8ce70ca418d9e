/**
 * Labels from the names of folders: ImageFolder (`frog/1.jpg`, `train/frog/1.jpg`), and so what Lobe exports, the
 * classes that Teachable Machine downloads, and a Teachable Machine project (`frog-!-1.jpg`).
 */
import { RowList, type Rows, splitOf } from './rows.ts';

/** What Lobe and others call the folder of pictures without a label. */
const unlabelled = /^_?(unlabell?ed|no label|background_google)$/i;
const picture = /\.(jpe?g|png|gif|webp|avif|tiff?|bmp|heic|heif|svg)$/i;
/** A picture of a Teachable Machine project: the class, and a number. */
const teachable = /^(?<label>.+)-!-\d+\.[a-z]+$/i;
/** What Teachable Machine calls the archive of a class, and so the folder that it is unpacked into. */
const samples = /[-_ ]samples$/i;

/** @param paths of the folder's files, relative to it, parted by `/` */
export function readImageFolder(paths: readonly string[]): Rows {
  const list = new RowList();
  const pictures = paths.filter((path) => picture.test(path));
  const tops = new Set(
    pictures
      .map((path) => path.split('/'))
      .filter((parts) => parts.length > 2)
      .map(([top]) => top!),
  );
  const inTop = new Set(
    pictures
      .map((path) => path.split('/'))
      .filter((parts) => parts.length > 1)
      .map(([top]) => top!),
  );
  // `train` and `test` are sets, unless they are classes among others.
  const hasSets = tops.size > 0 && [...inTop].every((top) => splitOf(top) !== null);
  for (const path of pictures) {
    const parts = path.split('/');
    const name = parts.at(-1)!;
    const split = hasSets ? parts[0]! : null;
    const folder = parts.slice(hasSets ? 1 : 0, -1).at(-1);
    const label = teachable.exec(name)?.groups?.label ?? folder?.replace(samples, '');
    if (label !== undefined && unlabelled.test(label)) continue;
    if (label === undefined)
      list.refuse(path, path, 'It lies in no folder that would be its label.');
    else list.add({ where: path, path, label, split });
  }
  return list;
}
