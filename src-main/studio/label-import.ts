/** Labels from files of other programs, as one step that can be undone. */
import { rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CallParsed, StudioEvent } from '../../src-shared/contract.ts';
import type { ImportReport, LabelFileProblem, LabelImportReport } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { pictures } from '../../src-shared/words.ts';
import { archiveKind, unpack } from '../images/archive.ts';
import { fold } from '../store/text.ts';
import type { Context, OpenProject } from './context.ts';
import { choose, unmatched } from './formats/choose.ts';
import { matchRows } from './formats/match.ts';
import { isLabelFile, type Reading, readLabels } from './formats/read.ts';
import type { LabelRow } from './formats/rows.ts';
import type { Handlers } from './handlers.ts';
import { countsOf, notesOf, notesOfSets, putIntoSets } from './imported-sets.ts';
import { teller } from './labels.ts';
import { absolute } from './project.ts';

type Subscribe = (listener: (event: StudioEvent) => void) => () => void;
type Order = CallParsed<'labels.import'>;

export function labelImportCalls(
  context: Context,
  imports: Pick<Handlers, 'images.import'>,
  subscribe: Subscribe,
): Pick<Handlers, 'labels.import'> {
  const tell = teller(context);

  /** As any other import of pictures: followed by events, and it can be stopped. */
  async function importPictures(sources: string[]): Promise<ImportReport> {
    const { importId } = await imports['images.import']({ sources, labels: 'none', watch: false });
    return new Promise((resolve, reject) => {
      const unsubscribe = subscribe(({ name, data }) => {
        if (name !== 'import.finished' || data.importId !== importId) return;
        unsubscribe();
        if (!data.report) reject(new StudioError('refused', data.error ?? 'The import failed.'));
        else if (data.report.cancelled)
          reject(
            new StudioError(
              'refused',
              'The import was stopped before any label was given; the pictures imported so far stay.',
            ),
          );
        else resolve(data.report);
      });
    });
  }

  return {
    'labels.import': async (order) => {
      const project = context.project();
      const path = absolute(order.path);
      const { reading, rejected } = await read(project, path, order);
      const problems: LabelFileProblem[] = [
        ...rejected,
        ...reading.problems.map((problem) => ({ kind: 'unreadable' as const, ...problem })),
      ];
      let matches = matchRows(project.store, reading.rows, reading.folder);
      const lacking = new Set(
        matches.flatMap((match) => (match.kind === 'not-imported' ? [match.file] : [])),
      );
      let imported: ImportReport | null = null;
      if (order.pictures && lacking.size > 0) {
        imported = await importPictures([...lacking]);
        matches = matchRows(project.store, reading.rows, reading.folder);
      }
      requireOpen(context, project);
      const reasons = new Map(imported?.rejected.map(({ path: file, reason }) => [file, reason]));
      problems.push(...unmatched(reading.rows, matches, reasons));
      const chosen = choose(reading.rows, matches, problems);
      const given = give(project, chosen.labels, order, `from ${basename(path)}`, problems);
      const dealt = order.sets ? putIntoSets(project, chosen.labels, problems) : null;
      if (given.changed.length > 0) tell(given.changed);
      if (dealt && dealt.sets.size > 0) context.emit({ name: 'images.changed', data: {} });
      if (given.changed.length > 0 || dealt) context.changed();
      return {
        path,
        format: reading.format,
        rows: reading.rows.length + reading.problems.length,
        imported: imported?.imported ?? 0,
        repeated: chosen.repeated,
        ...given.counts,
        sets: countsOf(dealt?.sets ?? new Map()),
        notes: [...reading.notes, ...(dealt ? notesOfSets(reading, dealt) : notesOf(reading))],
        problems,
      };
    },
  };
}

/** An archive is unpacked into the project's own `images/`, as for an import of pictures. */
async function read(
  project: OpenProject,
  path: string,
  { pictures }: Order,
): Promise<{ readonly reading: Reading; readonly rejected: readonly LabelFileProblem[] }> {
  const isProjectOfTeachableMachine = /\.tm$/i.test(path);
  const kind = isProjectOfTeachableMachine ? 'zip' : archiveKind(path);
  const isArchive = kind !== null && (await stat(path).catch(() => null))?.isFile();
  if (!isArchive) return { reading: await readLabels(path), rejected: [] };
  if (!pictures)
    throw new StudioError(
      'refused',
      `The pictures in ${path} come into the project with their labels. To take the labels alone, unpack it and give its file of labels.`,
    );
  const { folder, rejected } = await unpack(path, {
    name: isProjectOfTeachableMachine ? `${path}.zip` : path,
    into: join(project.path, 'images'),
    temporary: join(project.path, 'uploads'),
    keepsToo: isLabelFile,
  });
  const problems = rejected.map(({ path: member, reason }) => ({
    kind: 'unreadable' as const,
    where: basename(path),
    path: member,
    reason,
  }));
  try {
    return { reading: await readLabels(folder), rejected: problems };
  } catch (error) {
    // Nobody would find it there, or know the name.
    await rm(folder, { recursive: true, force: true });
    if (!(error instanceof StudioError)) throw error;
    throw new StudioError(error.code, error.message.replaceAll(folder, path), { cause: error });
  }
}

function requireOpen(context: Context, project: OpenProject): void {
  if (context.current() !== project)
    throw new StudioError('unavailable', 'The project was closed before its labels were imported.');
}

type Counts = Pick<
  LabelImportReport,
  'labelled' | 'added' | 'replaced' | 'kept' | 'created' | 'labels'
>;

/** All of it or nothing, in one step. */
function give(
  { store }: OpenProject,
  wanted: ReadonlyMap<number, LabelRow>,
  { newLabels, replace }: Order,
  whence: string,
  problems: LabelFileProblem[],
): { readonly changed: readonly number[]; readonly counts: Counts } {
  const known = new Map(store.labels.list().map(({ id, name }) => [fold(name), { id, name }]));
  const before = store.images.labelOf();
  const byName = new Map<string, { readonly name: string; readonly ids: number[] }>();
  const changed: number[] = [];
  const counts = { labelled: 0, added: 0, replaced: 0, kept: 0 };
  const created: string[] = [];
  const labels: Record<string, number> = {};
  for (const [id, { label, where, path }] of wanted) {
    const there = known.get(fold(label));
    if (!there && !newLabels) {
      const reason = `There is no label “${label}” in the project.`;
      problems.push({ kind: 'unknown-label', where, path, reason });
      continue;
    }
    const old = before.get(id);
    const isOther = old !== undefined && old !== there?.id;
    if (isOther && !replace) {
      counts.kept++;
      continue;
    }
    const pile = byName.get(fold(label)) ?? { name: there?.name ?? label, ids: [] };
    if (!byName.has(fold(label)) && !there) created.push(pile.name);
    byName.set(fold(label), pile);
    labels[pile.name] = (labels[pile.name] ?? 0) + 1;
    counts.labelled++;
    if (old === undefined) counts.added++;
    if (isOther) counts.replaced++;
    if (old === undefined || isOther) {
      pile.ids.push(id);
      changed.push(id);
    }
  }
  const piles = new Map([...byName.values()].map(({ name, ids }) => [name, ids]));
  store.labels.assignByName(piles, null, (step) => `label ${pictures(step.size())} ${whence}`);
  return { changed, counts: { ...counts, created, labels } };
}
