/** Which images fit a filter, and in which order: the conditions as SQL. */
import { join, resolve } from 'node:path';
import type { ImageFilter, ImageSort } from '../../src-shared/domain.ts';
import type { Database } from './database.ts';
import { grouped, type Listed, packed, ranksOf, unpacked } from './image-order.ts';
import { projectPaths } from './paths.ts';
import { argmax, decode } from './predictions.ts';
import { fold } from './text.ts';

/** What a model that is not a run makes of an image. */
export interface Guess {
  readonly imageId: number;
  readonly labelId: number;
  /** Its probability, 0 to 1. */
  readonly confidence: number;
}

type Value = string | number;

/** Conditions that are joined by AND, and the values that they name. */
interface Conditions {
  readonly sql: readonly string[];
  readonly values: Readonly<Record<string, Value>>;
}

/**
 * What was predicted of each image: by the finished run that ended last, on the test images that it was
 * judged by; of the other images what is suggested.
 */
const guesses = `
  WITH latest AS MATERIALIZED (
    SELECT id, classes FROM runs
    WHERE state = 'finished' AND deleted_at IS NULL AND id IN (SELECT run_id FROM predictions)
    ORDER BY finished_at DESC, id DESC LIMIT 1
  ), tested AS MATERIALIZED (
    SELECT image_id, probability(probabilities) AS confidence,
      classes ->> ('$[' || CAST(likeliest(probabilities) AS INTEGER) || '].labelId') AS label_id
    FROM predictions JOIN latest ON run_id = latest.id AND held_out = 'test'
  ), guesses AS MATERIALIZED (
    SELECT image_id, label_id, confidence FROM tested
    UNION ALL
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(@suggested)
    WHERE value ->> 0 NOT IN (SELECT image_id FROM tested)
  )`;

export function imageQueries(database: Database) {
  const { stored, absolute } = projectPaths(database);
  database.function('likeliest', { deterministic: true }, (blob) => argmax(decode(blob as Buffer)));
  database.function('probability', { deterministic: true }, (blob) =>
    Math.max(...decode(blob as Buffer)),
  );
  const folders = database.prepare<[], { folder: string; count: number }>(`
    SELECT ${folderOf} AS folder, count(*) AS count FROM images GROUP BY folder ORDER BY folder`);

  const predicted = database.prepare<{ suggested: string }, Guess>(`
    ${guesses} SELECT image_id AS imageId, label_id AS labelId, confidence
    FROM guesses WHERE EXISTS (SELECT 1 FROM images WHERE images.id = image_id)`);

  const labels = database
    .prepare<[], number>('SELECT id FROM labels ORDER BY natural_key(name)')
    .pluck();

  const prepare = (
    what: string,
    filter: ImageFilter,
    suggested: readonly Guess[],
    order?: string,
  ) => {
    const { sql, values } = conditionsOf(filter, stored);
    const asks = filter.predicted !== undefined || filter.confidence !== undefined;
    const text = `${asks ? guesses : ''} SELECT ${what} FROM images
      ${asks ? 'JOIN guesses ON guesses.image_id = images.id' : ''}
      ${sql.length > 0 ? `WHERE ${sql.join(' AND ')}` : ''} ${order ? `ORDER BY ${order}` : ''}`;
    const rows = asks && suggested.map((guess) => [guess.imageId, guess.labelId, guess.confidence]);
    return database
      .prepare<object, number>(text)
      .pluck()
      .all({ ...values, ...(rows && { suggested: JSON.stringify(rows) }) });
  };

  function list(filter: ImageFilter, sort: ImageSort, suggested: readonly Guess[] = []): Listed {
    const byName = sort === 'name' || sort === 'label';
    const order = byName ? 'sort_key, images.id' : 'images.id';
    const found = unpacked(prepare(packed, filter, suggested, order));
    if (sort === 'label') return grouped(found, ranksOf(labels.all(), found.labels));
    if (sort === 'unlabelled-first') {
      const done = found.waiting.map((waiting) => 1 - waiting);
      return grouped(found, done);
    }
    return found;
  }

  return {
    /** A grid of 100,000 asks for the details of what it shows. */
    list,

    /** Ids only. */
    query: (filter: ImageFilter, sort: ImageSort, suggested: readonly Guess[] = []): number[] => [
      ...list(filter, sort, suggested).ids,
    ],

    countOf: (filter: ImageFilter, suggested: readonly Guess[] = []): number =>
      prepare('count(*)', filter, suggested)[0]!,

    /** What was predicted of each image of which something was. */
    predicted: (suggested: readonly Guess[] = []): Guess[] =>
      predicted.all({
        suggested: JSON.stringify(
          suggested.map((guess) => [guess.imageId, guess.labelId, guess.confidence]),
        ),
      }),

    /** The folders that images lie in, by path. */
    folders: () =>
      folders.all().map(({ folder, count }) => ({ path: resolve(absolute(folder)), count })),
  };
}

/** Up to the last separator, of either system: `rtrim` takes away all that is no separator. */
const folderOf = `rtrim(path, replace(replace(path, '/', ''), '\\', ''))`;

function conditionsOf(filter: ImageFilter, stored: (path: string) => string): Conditions {
  const sql: string[] = [];
  const values: Record<string, Value> = {};
  const add = (condition: string, named: Readonly<Record<string, Value>> = {}) => {
    sql.push(condition);
    Object.assign(values, named);
  };
  const between = (
    of: string,
    name: string,
    { from, to }: { readonly from?: Value | undefined; readonly to?: Value | undefined },
    upTo = '<=',
  ) => {
    if (from !== undefined) add(`${of} >= @${name}From`, { [`${name}From`]: from });
    if (to !== undefined) add(`${of} ${upTo} @${name}To`, { [`${name}To`]: to });
  };
  const { label, predicted, confidence, split, folder, date, size, aspect, brightness } = filter;

  if (label === 'none') add('images.label_id IS NULL');
  else if (label === 'any') add('images.label_id IS NOT NULL');
  else if (typeof label === 'number') add('images.label_id = @label', { label });
  else if (label !== undefined)
    add('images.label_id IN (SELECT value FROM json_each(@labels))', {
      labels: JSON.stringify(label),
    });

  if (predicted === 'other') add('guesses.label_id <> images.label_id');
  else if (predicted !== undefined) add('guesses.label_id = @predicted', { predicted });
  if (confidence) between('guesses.confidence', 'confidence', confidence);

  if (filter.missing !== undefined) add(`images.missing_at IS ${filter.missing ? 'NOT ' : ''}NULL`);
  if (split !== undefined) add('split = @split', { split });
  if (filter.unsure !== undefined) add(filter.unsure ? 'unsure' : 'NOT unsure');
  if (filter.excluded !== undefined) add(filter.excluded ? 'excluded' : 'NOT excluded');
  if (filter.noted !== undefined) add(filter.noted ? "note <> ''" : "note = ''");

  if (folder !== undefined) {
    // As a file in the folder would be kept, without the file.
    const inside = stored(join(folder, 'x')).slice(0, -1);
    if (inside === '') add("substr(path, 1, 1) <> '/' AND substr(path, 2, 1) <> ':'");
    else add('substr(path, 1, length(@folder)) = @folder', { folder: inside });
  }
  if (date?.of === 'imported') between('imported_at', 'date', date, '<');
  if (date?.of === 'file') {
    const ms = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time));
    between(fileTime, 'date', { from: ms(date.from), to: ms(date.to) }, '<');
  }
  if (size) between(size.of === 'side' ? 'min(width, height)' : 'images.bytes', 'size', size);

  if (aspect) between('CAST(width AS REAL) / height', 'aspect', aspect, '<');
  if (brightness) between('brightness', 'brightness', brightness);

  const text = fold(filter.text ?? '').trim();
  if (text !== '')
    add(`(instr(fold(path), @text) OR images.label_id IN (${labelsLike}))`, { text });
  return { sql, values };
}

const fileTime = '(SELECT modified_ms FROM files WHERE files.path = images.path)';
const labelsLike = 'SELECT id FROM labels WHERE NOT deleted AND instr(fold(name), @text)';
