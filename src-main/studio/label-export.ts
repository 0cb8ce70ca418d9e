/** Labels as CSV for other programs: RFC 4180, UTF-8, one line for each labelled image. */
import { stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StudioError } from '../../src-shared/errors.ts';
import { replaceFile } from '../atomic-file.ts';
import type { Store } from '../store/store.ts';
import { absolute } from './project.ts';

/** @throws StudioError when `out` is a folder or its folder does not exist; a file there is replaced. */
export async function exportLabels(
  store: Store,
  out: string,
): Promise<{ path: string; rows: number }> {
  const path = absolute(out);
  const folder = await stat(dirname(path)).catch(() => null);
  if (!folder?.isDirectory())
    throw new StudioError('refused', `The folder ${dirname(path)} does not exist. Make it first.`);
  if ((await stat(path).catch(() => null))?.isDirectory())
    throw new StudioError('refused', `${path} is a folder. Name a file in it, such as labels.csv.`);

  const { csv, rows } = labelsCsv(store);
  await replaceFile(path, (temporary) => writeFile(temporary, csv));
  return { path, rows };
}

/** The header line, then `path,label,split` for each labelled image; `rows` does not count the header. */
export function labelsCsv(store: Store): { csv: string; rows: number } {
  const names = new Map(store.labels.list().map(({ id, name }) => [id, name]));
  const rows = store.images
    .labelled()
    .map((image) => [image.path, names.get(image.labelId)!, image.split ?? '']);
  return { csv: [['path', 'label', 'split'], ...rows].map(csvLine).join(''), rows: rows.length };
}

/** Fields with a comma, a quote or a line break are quoted, and quotes in them doubled. */
export function csvLine(fields: readonly string[]): string {
  const quoted = fields.map((field) =>
    /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field,
  );
  return `${quoted.join(',')}\r\n`;
}
