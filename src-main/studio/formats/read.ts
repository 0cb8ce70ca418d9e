/** Which format a file or folder of labels is in, and what it says. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { StudioError } from '../../../src-shared/errors.ts';
import { fileReason } from '../../images/format.ts';
import { isVisible, scan } from '../../images/scan.ts';
import { isCoco, readCoco } from './coco.ts';
import { readCsv } from './csv.ts';
import {
  isFiftyOneClassification,
  isFiftyOneSamples,
  readFiftyOneClassification,
  readFiftyOneSamples,
} from './fiftyone.ts';
import { readImageFolder } from './image-folder.ts';
import { readJsonLines } from './json-lines.ts';
import { isLabelStudio, readLabelStudio } from './label-studio.ts';
import { isAbsolutePath, type LabelRow, type RowProblem, type Rows, splitOf } from './rows.ts';
import { decodeText } from './text.ts';

export interface Reading extends Rows {
  /** "CSV", "Label Studio": for the report. */
  readonly format: string;
  /** Absolute path that relative paths of the rows are meant from. */
  readonly folder: string;
  readonly notes: readonly string[];
}

/** What is read from an archive beside its pictures. */
export const isLabelFile = (name: string): boolean => /\.(csv|tsv|json|jsonl|ndjson)$/i.test(name);

/** More text than labels of a million pictures come to. */
const mostBytes = 512 * 2 ** 20;

/** Files by which a folder says its labels; a folder that has none of them says them by its folders' names. */
const inFolder = [
  'labels.json',
  'samples.json',
  'metadata.jsonl',
  'metadata.csv',
  'annotations.json',
  '_annotations.coco.json',
  'result.json',
  'labels.jsonl',
  'labels.csv',
];

/**
 * @param path absolute, of a file or a folder
 * @throws StudioError `refused`, naming the file, when it cannot be read or is in no known format
 */
export async function readLabels(path: string): Promise<Reading> {
  const found = await stat(path).catch((error: unknown) => {
    throw new StudioError('not-found', `${path} cannot be read: ${fileReason(error)}.`, {
      cause: error,
    });
  });
  return found.isDirectory() ? readFolder(await descend(path)) : readOne(path, found.size);
}

async function readFolder(folder: string): Promise<Reading> {
  const files = await labelFiles(folder);
  if (files.length === 0) {
    const { rows, problems } = readImageFolder(await filesIn(folder));
    if (rows.length === 0 && problems.length === 0)
      throw new StudioError('refused', `${folder} holds neither pictures nor a file of labels.`);
    const isTeachable = rows.some(({ path }) => path.includes('-!-'));
    const format = isTeachable ? 'Teachable Machine project' : 'Image folder';
    return { format, folder, rows, problems, notes: [] };
  }
  const rows: LabelRow[] = [];
  const problems: RowProblem[] = [];
  const notes = new Set<string>();
  let format = '';
  for (const file of files) {
    const one = await readOne(join(folder, file), 0);
    const within = dirname(file) === '.' ? '' : `${dirname(file)}/`;
    const split = splitOf(dirname(file));
    const place = (path: string) => (isAbsolutePath(path) ? path : within + path);
    const where = (text: string) => (files.length > 1 ? `${file}, ${text}` : text);
    for (const row of one.rows)
      rows.push({
        ...row,
        where: where(row.where),
        path: row.path && place(row.path),
        ...(row.otherPaths && { otherPaths: row.otherPaths.map(place) }),
        split: row.split ?? split,
      });
    problems.push(...one.problems.map((problem) => ({ ...problem, where: where(problem.where) })));
    for (const note of one.notes) notes.add(note);
    format ||= /^metadata\./.test(basename(file)) ? 'Hugging Face image folder' : one.format;
  }
  return { format, folder, rows, problems, notes: [...notes] };
}

async function readOne(path: string, size: number): Promise<Reading> {
  if (size > mostBytes)
    throw new StudioError(
      'refused',
      `${path} is too large for a file of labels (more than 512 MiB).`,
    );
  const folder = dirname(path);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new StudioError('refused', `${path} cannot be read: ${fileReason(error)}.`, {
      cause: error,
    });
  });
  const { text, note } = decodeText(bytes);
  const notes = note === null ? [] : [note];
  const kind = extname(path).toLowerCase();
  try {
    if (['.csv', '.tsv', '.txt'].includes(kind)) {
      const { rows, problems } = readCsv(text);
      return { format: 'CSV', folder, rows, problems, notes };
    }
    if (kind === '.jsonl' || kind === '.ndjson')
      return { format: 'JSON Lines', folder, ...readJsonLines(text), notes };
    if (kind === '.json') return { folder, notes, ...(await readJson(text, folder)) };
  } catch (error) {
    if (error instanceof StudioError && error.code === 'refused')
      throw new StudioError('refused', `${path} cannot be read: ${error.message}.`, {
        cause: error,
      });
    throw error;
  }
  throw new StudioError(
    'refused',
    `${path} is no file of labels that Graft knows. Give a .csv, .jsonl or .json file, a folder, or an archive of one.`,
  );
}

async function readJson(text: string, folder: string): Promise<Rows & { readonly format: string }> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Lines of JSON are often called .json too.
    const lines = readJsonLines(text);
    if (lines.rows.length > 0) return { format: 'JSON Lines', ...lines };
    throw new StudioError('refused', 'it is not whole JSON');
  }
  const give = (format: string, { rows, problems }: Rows) => ({ format, rows, problems });
  if (isLabelStudio(value)) return give('Label Studio', readLabelStudio(value));
  if (isCoco(value)) return give('COCO', readCoco(value));
  if (isFiftyOneSamples(value)) return give('FiftyOne dataset', readFiftyOneSamples(value));
  if (isFiftyOneClassification(value))
    return give(
      'FiftyOne classification',
      readFiftyOneClassification(value, await filesIn(folder)),
    );
  throw new StudioError(
    'refused',
    'it is JSON, but none of a Label Studio export, a FiftyOne dataset or COCO',
  );
}

/** Those of the folder itself, or else those of folders in it that are called as sets are. */
async function labelFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const own = inFolder.find((name) => entries.some((entry) => entry.name === name));
  if (own !== undefined) return [own];
  const sets = entries.filter((entry) => entry.isDirectory() && splitOf(entry.name) !== null);
  const found = await Promise.all(
    sets.map(async ({ name }) => {
      const names = await readdir(join(folder, name));
      const file = inFolder.find((each) => names.includes(each));
      return file === undefined ? [] : [`${name}/${file}`];
    }),
  );
  return found.flat().sort();
}

/** An archive often holds one folder that holds everything. */
async function descend(folder: string): Promise<string> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) =>
    isVisible(name),
  );
  const [only] = entries;
  if (entries.length !== 1 || !only!.isDirectory()) return folder;
  const inner = join(folder, only!.name);
  const below = await readdir(inner, { withFileTypes: true });
  const goesOn = below.some((entry) => entry.isDirectory() || inFolder.includes(entry.name));
  return goesOn ? descend(inner) : folder;
}

/** Relative paths of all files, parted by `/`. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const found of scan(folder))
    if (found.kind === 'file') paths.push(relative(folder, found.path).replaceAll(sep, '/'));
  return paths;
}
