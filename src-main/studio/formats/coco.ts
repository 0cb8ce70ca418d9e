/** Labels from COCO: categories, and annotations that give an image one of them; boxes are passed over. */
import { isRecord, RowList, type Rows, textOf } from './rows.ts';

type Json = Readonly<Record<string, unknown>>;

export const isCoco = (value: unknown): value is Json =>
  isRecord(value) && Array.isArray(value.images) && Array.isArray(value.categories);

/** An image with annotations of several categories has no one label, and becomes a problem. */
export function readCoco(file: Json): Rows {
  const list = new RowList();
  const records = (value: unknown) => (Array.isArray(value) ? value.filter(isRecord) : []);
  const names = new Map(records(file.categories).map(({ id, name }) => [id, textOf(name)]));
  const given = new Map<unknown, Set<unknown>>();
  for (const { image_id: image, category_id: category } of records(file.annotations)) {
    given.set(image, (given.get(image) ?? new Set()).add(category));
  }
  for (const [index, image] of records(file.images).entries()) {
    const where = `image ${textOf(image.id) ?? index + 1}`;
    const path = textOf(image.file_name) ?? '';
    const categories = [...(given.get(image.id) ?? [])];
    const [first] = categories;
    if (categories.length > 1)
      list.refuse(
        where,
        path,
        `It has ${categories.length} categories; a picture has one label here.`,
      );
    else if (first !== undefined && !names.has(first))
      list.refuse(where, path, `Its category ${String(first)} is not in the list of categories.`);
    else
      list.add({
        where,
        path,
        otherPaths: [`images/${path}`],
        label: first === undefined ? undefined : names.get(first),
        split: image.split,
      });
  }
  return list;
}
