/** What other programs call the columns (or the members of an object) that labels are read from. */

const names = {
  path: [
    'path',
    'file_name',
    'filename',
    'filepath',
    'file_path',
    'file',
    'image',
    'image_path',
    'image_name',
    'img',
    'img_path',
    'picture',
    'name',
    'url',
    'id',
  ],
  label: [
    'label',
    'class',
    'category',
    'choice',
    'class_name',
    'label_name',
    'category_name',
    'ground_truth',
    'target',
    'tag',
    'species',
    'y',
  ],
  split: ['split', 'set', 'subset', 'partition', 'fold', 'usage'],
  sha256: ['sha256', 'hash'],
} as const;

export type Column = keyof typeof names;

export const knownNames = (column: Column): readonly string[] => names[column];

/**
 * Which of these keys is meant by each column; the first known name wins, whatever its case. Undefined where
 * none is.
 */
export function columnsOf(keys: readonly string[]): Readonly<Record<Column, string | undefined>> {
  const byName = new Map(
    keys.map((key) => [
      key
        .trim()
        .toLowerCase()
        .replaceAll(/[\s-]+/g, '_'),
      key,
    ]),
  );
  const find = (column: Column) => {
    const name = names[column].find((each) => byName.has(each));
    return name === undefined ? undefined : byName.get(name);
  };
  return {
    path: find('path'),
    label: find('label'),
    split: find('split'),
    sha256: find('sha256'),
  };
}
