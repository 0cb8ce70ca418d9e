/** Labels as CSV for other programs: RFC 4180, UTF-8, one line for each labelled image. */
import { writeFile } from 'node:fs/promises';
import type { Store } from '../store/store.ts';
import { writeOut } from './out-file.ts';

/** @throws StudioError `refused` when `out` cannot be written; a file there is replaced. */
export async function exportLabels(
  store: Store,
  out: string,
): Promise<{ path: string; rows: number }> {
  const { csv, rows } = labelsCsv(store);
  const path = await writeOut(out, 'labels.csv', (temporary) => writeFile(temporary, csv));
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
