/** Labels from CSV: RFC 4180, and what spreadsheets make of it (semicolons, tabs, other line ends). */
import { CsvError, type InfoRecord, parse } from 'csv-parse/sync';
import { StudioError } from '../../../src-shared/errors.ts';
import { columnsOf, knownNames } from './columns.ts';
import { RowList, type Rows } from './rows.ts';

const delimiters = [',', ';', '\t', '|'];

/**
 * The first line names the columns (see columns.ts). Without such a line, the first two columns are the path and
 * the label, in a file that has no more than three.
 *
 * @throws StudioError `refused` (without the file's name) when there are no such columns
 */
export function readCsv(text: string): Rows & { readonly delimiter: string } {
  const list = new RowList();
  const delimiter = delimiterOf(text);
  const records: { readonly fields: readonly string[]; readonly line: number }[] = [];
  parse(text, {
    delimiter,
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
    on_record: (fields: string[], { lines }: InfoRecord) => {
      records.push({ fields, line: lines });
      return null;
    },
    skip_records_with_error: true,
    on_skip: (error): undefined => {
      const line = error instanceof CsvError && typeof error.lines === 'number' ? error.lines : 0;
      list.refuse(`line ${line}`, '', 'A quote is opened in it and never closed.');
    },
  });
  const [head] = records;
  if (!head) throw new StudioError('refused', 'it is empty');
  const at = places(head.fields);
  for (const { fields, line } of at.headed ? records.slice(1) : records) {
    const value = (place: number | undefined) => (place === undefined ? '' : (fields[place] ?? ''));
    list.add({
      where: `line ${line}`,
      path: value(at.path),
      label: value(at.label),
      split: value(at.split),
      sha256: value(at.sha256),
    });
  }
  return { rows: list.rows, problems: list.problems, delimiter };
}

function places(head: readonly string[]) {
  const { path, label, split, sha256 } = columnsOf(head);
  const place = (name: string | undefined) => (name === undefined ? undefined : head.indexOf(name));
  if ((path !== undefined || sha256 !== undefined) && label !== undefined)
    return {
      headed: true,
      path: place(path),
      label: place(label),
      split: place(split),
      sha256: place(sha256),
    };
  const looksLikePath = /\.[a-z0-9]{2,5}$/i.test(head[0] ?? '');
  if (looksLikePath && (head.length === 2 || head.length === 3))
    return { headed: false, path: 0, label: 1, split: 2, sha256: undefined };
  const lacking =
    label === undefined ? (['label', 'labels'] as const) : (['path', 'paths'] as const);
  const some = knownNames(lacking[0]).slice(0, 4).join(', ');
  throw new StudioError(
    'refused',
    `none of its columns (${head.slice(0, 8).join(', ')}) is known to hold ${lacking[1]}. Call it one of: ${some}`,
  );
}

/** The sign that the first line has most of, outside quotes; a comma when it has none. */
function delimiterOf(text: string): string {
  const line = text.replace(/^\uFEFF/, '').match(/^(?:"(?:[^"]|"")*"|[^"\r\n])*/)?.[0] ?? '';
  const bare = line.replaceAll(/"(?:[^"]|"")*"/g, '');
  const counts = delimiters.map((sign) => bare.split(sign).length);
  return delimiters[counts.indexOf(Math.max(...counts))]!;
}
