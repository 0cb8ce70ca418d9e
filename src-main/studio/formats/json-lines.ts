/** Labels from JSON Lines: an object a line, also the metadata.jsonl of a Hugging Face image folder. */
import { columnsOf } from './columns.ts';
import { isRecord, RowList, type Rows } from './rows.ts';

/** The members of the objects may be called as in columns.ts; a label may be an object that has a `label`. */
export function readJsonLines(text: string): Rows {
  const list = new RowList();
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === '') continue;
    const where = `line ${index + 1}`;
    const value = parsed(line);
    if (!isRecord(value)) {
      list.refuse(where, '', 'It is no JSON object.');
      continue;
    }
    addObject(list, where, value);
  }
  return list;
}

/** An object that says path and label in one of the ways in columns.ts. */
export function addObject(
  list: RowList,
  where: string,
  value: Readonly<Record<string, unknown>>,
): void {
  const { path, label, split, sha256 } = columnsOf(Object.keys(value));
  const of = (key: string | undefined) => (key === undefined ? undefined : value[key]);
  const given = of(label);
  list.add({
    where,
    path: of(path),
    label: isRecord(given) ? given.label : given,
    split: of(split),
    sha256: of(sha256),
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
