/** Labels from a Label Studio export: JSON and JSON-MIN (its CSV is CSV). https://labelstud.io/guide/export */
import { isRecord, RowList, type Rows, textOf } from './rows.ts';

type Json = Readonly<Record<string, unknown>>;

const isTask = (value: unknown): value is Json =>
  isRecord(value) && (isRecord(value.data) || 'choice' in value);

export const isLabelStudio = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && value.some(isTask);

/** The latest annotation that was not cancelled speaks for its task. */
export function readLabelStudio(tasks: readonly unknown[]): Rows {
  const list = new RowList();
  for (const [index, task] of tasks.entries()) {
    if (!isTask(task)) {
      list.refuse(`entry ${index + 1}`, '', 'It is no task of Label Studio.');
      continue;
    }
    const where = `task ${textOf(task.id) ?? index + 1}`;
    const path = imageOf(isRecord(task.data) ? task.data : task);
    const choices = isRecord(task.data) ? choicesOf(task) : flat(task.choice);
    if (choices.length > 1)
      list.refuse(
        where,
        path,
        `It has ${choices.length} labels (${choices.join(', ')}); a picture has one here.`,
      );
    else list.add({ where, path, otherPaths: otherPaths(task, path), label: choices[0] });
  }
  return list;
}

function choicesOf(task: Json): readonly string[] {
  const annotations = [task.annotations, task.completions].find(Array.isArray) ?? [];
  for (const annotation of annotations.toReversed()) {
    if (!isRecord(annotation) || annotation.was_cancelled === true) continue;
    const results = Array.isArray(annotation.result) ? annotation.result : [];
    const chosen = results.flatMap((result) =>
      isRecord(result) && isRecord(result.value) ? flat(result.value.choices) : [],
    );
    if (chosen.length > 0) return [...new Set(chosen)];
  }
  return [];
}

/** "cat", ["cat"] or {choices: ["cat"]}. */
function flat(value: unknown): readonly string[] {
  if (isRecord(value)) return flat(value.choices);
  return (Array.isArray(value) ? value : [value]).flatMap((each) => textOf(each) ?? []);
}

/** The member of a task's data that is called image, or else looks like the name of a picture. */
function imageOf(data: Json): string {
  const looksLike = Object.values(data).find(
    (value) => typeof value === 'string' && /\.(jpe?g|png|gif|webp|tiff?|bmp|avif)$/i.test(value),
  );
  return textOf(data.image) ?? textOf(data.img) ?? textOf(looksLike) ?? '';
}

/**
 * `/data/upload/1/1a2b3c4d-cat.jpg` is `cat.jpg` under the name that Label Studio gave it, and
 * `/data/local-files/?d=pets/cat.jpg` lies below the root of its local storage.
 */
function otherPaths(task: Json, path: string): readonly string[] {
  const names: string[] = [];
  const local = /\/data\/local-files\/?\?d=(.+)$/.exec(path)?.[1];
  if (local !== undefined) names.push(decoded(local));
  const uploads = [textOf(task.file_upload), /\/data\/upload\/(?:\d+\/)?([^/]+)$/.exec(path)?.[1]];
  for (const upload of uploads) {
    if (upload === null || upload === undefined) continue;
    const name = decoded(upload);
    names.push(name, name.replace(/^[0-9a-f]{8}-/i, ''));
  }
  return [...new Set(names)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
