/**
 * Labels from FiftyOne: a FiftyOneImageClassificationDataset (`data/` and `labels.json`) and a FiftyOneDataset
 * (`samples.json` with a Classification). https://docs.voxel51.com/user_guide/export_datasets.html
 */
import { isRecord, RowList, type Rows, splitOf, textOf } from './rows.ts';

type Json = Readonly<Record<string, unknown>>;

export const isFiftyOneClassification = (value: unknown): value is Json =>
  isRecord(value) && isRecord(value.labels);

export const isFiftyOneSamples = (value: unknown): value is Json =>
  isRecord(value) && Array.isArray(value.samples);

/** `labels` is by the name of the file without its ending; a number is a place in `classes`. */
export function readFiftyOneClassification(file: Json, paths: readonly string[]): Rows {
  const list = new RowList();
  const classes = Array.isArray(file.classes) ? file.classes : null;
  const byStem = new Map(paths.map((path) => [stem(path), path]));
  for (const [key, value] of Object.entries(file.labels as Json)) {
    const target = isRecord(value) ? value.label : value;
    const label = typeof target === 'number' && classes ? classes[target] : target;
    const found = byStem.get(`data/${key}`) ?? byStem.get(key);
    const where = `entry ${key}`;
    if (typeof target === 'number' && classes && label === undefined)
      list.refuse(
        where,
        key,
        `Its label is number ${target}, and there are ${classes.length} classes.`,
      );
    else if (Array.isArray(target))
      list.refuse(where, key, `It has ${target.length} labels; a picture has one here.`);
    else list.add({ where, path: found ?? `data/${key}`, otherPaths: [key], label });
  }
  return list;
}

/** Which field: `ground_truth`, else the first that is a Classification in any of the samples. */
export function readFiftyOneSamples(file: Json): Rows {
  const list = new RowList();
  const samples = (file.samples as readonly unknown[]).filter(isRecord);
  const fields = new Set(
    samples.flatMap((sample) =>
      Object.entries(sample).flatMap(([name, value]) =>
        isRecord(value) && value._cls === 'Classification' ? [name] : [],
      ),
    ),
  );
  const field = fields.has('ground_truth') ? 'ground_truth' : [...fields][0];
  for (const [index, sample] of samples.entries()) {
    const tags = Array.isArray(sample.tags) ? sample.tags.map(textOf) : [];
    const value = field === undefined ? undefined : sample[field];
    list.add({
      where: `sample ${index + 1}`,
      path: sample.filepath,
      label: isRecord(value) ? value.label : undefined,
      split: tags.find((tag) => splitOf(tag) !== null),
    });
  }
  return list;
}

const stem = (path: string) => path.replace(/\.[^./]+$/, '');
