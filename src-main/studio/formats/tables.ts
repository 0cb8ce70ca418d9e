/** Labels as text: CSV (RFC 4180) and JSON Lines. */
import type { SplitName } from '../../../src-shared/domain.ts';

/** A labelled picture that is to be written out. */
export interface ExportRow {
  readonly id: number;
  /** Absolute path of its file. */
  readonly path: string;
  readonly sha256: string;
  readonly label: string;
  readonly split: SplitName | null;
}

/** The header line, then `path,label,split` for each picture. */
export const labelsCsv = (rows: readonly ExportRow[]): string =>
  [['path', 'label', 'split'], ...rows.map(({ path, label, split }) => [path, label, split ?? ''])]
    .map(csvLine)
    .join('');

/** An object a line; `split` only where there is one. */
export const labelsJsonLines = (rows: readonly ExportRow[]): string =>
  jsonLines(
    rows.map(({ path, label, split, sha256 }) => ({
      path,
      label,
      ...(split && { split }),
      sha256,
    })),
  );

export const jsonLines = (objects: readonly object[]): string =>
  objects.map((object) => `${JSON.stringify(object)}\n`).join('');

/** Fields with a comma, a quote or a line break are quoted, and quotes in them doubled. */
export function csvLine(fields: readonly string[]): string {
  const quoted = fields.map((field) =>
    /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field,
  );
  return `${quoted.join(',')}\r\n`;
}
