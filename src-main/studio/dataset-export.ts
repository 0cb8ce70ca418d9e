/** The labelled pictures for other programs: as a table, or as a folder with the pictures in it. */
import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CallParsed } from '../../src-shared/contract.ts';
import type { DatasetExportReport, Rejection } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { fileReason } from '../images/format.ts';
import { requireRoom } from '../images/room.ts';
import type { Store } from '../store/store.ts';
import { type FolderFormat, labelTexts, layOut } from './formats/layout.ts';
import { type ExportRow, labelsCsv, labelsJsonLines } from './formats/tables.ts';
import { writeOut } from './out-file.ts';
import { isZip, writeTree } from './out-tree.ts';
import { absolute } from './project.ts';

type Order = CallParsed<'labels.export'>;

/** Every labelled picture that is not excluded. */
export function exportRows(store: Store): readonly ExportRow[] {
  const names = new Map(store.labels.list().map(({ id, name }) => [id, name]));
  return store.images
    .labelled()
    .map(({ labelId, ...image }) => ({ ...image, label: names.get(labelId)! }));
}

/** @throws StudioError `refused` when `out` cannot be written or there is nothing to write. */
export async function exportDataset(store: Store, order: Order): Promise<DatasetExportReport> {
  const rows = exportRows(store);
  switch (order.format) {
    case 'csv':
      return writeTable(order.out, 'labels.csv', labelsCsv(rows), rows.length);
    case 'jsonl':
      return writeTable(order.out, 'labels.jsonl', labelsJsonLines(rows), rows.length);
    default:
      return exportFolder(store, rows, order, order.format);
  }
}

/** A file that is there is replaced. */
async function writeTable(
  out: string,
  example: string,
  text: string,
  rows: number,
): Promise<DatasetExportReport> {
  const path = await writeOut(out, example, (temporary) => writeFile(temporary, text));
  return { path, rows, rejected: [], notes: [] };
}

async function exportFolder(
  store: Store,
  all: readonly ExportRow[],
  { out, files, sets }: Order,
  format: FolderFormat,
): Promise<DatasetExportReport> {
  const bySet = sets === 'folders';
  if (files === 'link' && isZip(out))
    throw new StudioError('invalid-input', 'A .zip holds no links: let it have copies.');
  if (all.length === 0)
    throw new StudioError('refused', 'No picture has a label yet. Label some, then export them.');
  if (bySet && all.every(({ split }) => split === null))
    throw new StudioError(
      'refused',
      'No picture is in a set yet: the sets are dealt when the first run starts. Export the pictures together, or train first.',
    );
  const { there, rejected } = await readable(bySet ? all.filter(({ split }) => split) : all);
  for (const { path, split } of all)
    if (bySet && !split) rejected.push({ path, reason: 'It is in no set yet.' });
  if (there.length === 0)
    throw new StudioError(
      'refused',
      `None of the labelled pictures can be read, the first because: ${rejected[0]!.path}: ${rejected[0]!.reason}.`,
    );
  if (files === 'copy') {
    const bytes = store.images
      .getMany(there.map(({ id }) => id))
      .reduce((sum, image) => sum + image.bytes, 0);
    const parent = dirname(absolute(out));
    // A parent that is not there has its own sentence.
    if (await isThere(parent)) await requireRoom(parent, bytes, 'The dataset');
  }
  const layout = layOut(there, format, bySet);
  const path = await writeTree(
    out,
    [
      ...layout.pictures.map(({ row, to }) => ({ to, content: { file: row.path } })),
      ...[...labelTexts(layout, format, bySet)].map(([to, text]) => ({ to, content: { text } })),
    ],
    { links: files === 'link' },
  );
  const notes = layout.renamed.map(
    ({ label, folder }) => `The folder of the label “${label}” is called ${folder}.`,
  );
  return { path, rows: there.length, rejected, notes };
}

async function readable(
  rows: readonly ExportRow[],
): Promise<{ readonly there: ExportRow[]; readonly rejected: Rejection[] }> {
  const there: ExportRow[] = [];
  const rejected: Rejection[] = [];
  for (const row of rows) {
    try {
      await access(row.path, constants.R_OK);
      there.push(row);
    } catch (error) {
      rejected.push({ path: row.path, reason: fileReason(error) });
    }
  }
  return { there, rejected };
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
