/** Which label each picture gets of the rows of a file, and what is to be said of the other rows. */
import type { LabelFileProblem } from '../../../src-shared/domain.ts';
import { fold } from '../../store/text.ts';
import type { Match } from './match.ts';
import type { LabelRow } from './rows.ts';

/** @param reasons why files were turned down by the import, by path */
export function unmatched(
  rows: readonly LabelRow[],
  matches: readonly Match[],
  reasons: ReadonlyMap<string, string>,
): LabelFileProblem[] {
  return rows.flatMap(({ where, path }, index): LabelFileProblem[] => {
    const match = matches[index]!;
    if (match.kind === 'found') return [];
    const refused = match.kind === 'not-imported' ? reasons.get(match.file) : undefined;
    if (refused !== undefined) return [{ kind: 'unreadable', where, path, reason: refused }];
    return [{ kind: match.kind, where, path, reason: unmatchedReason(match) }];
  });
}

function unmatchedReason(match: Exclude<Match, { readonly kind: 'found' }>): string {
  if (match.kind === 'missing')
    return 'No picture of the project has this name, and no such file is there.';
  if (match.kind === 'not-imported') return 'The picture is not in the project.';
  return match.ids.length > 1
    ? `${match.ids.length} pictures of the project have this name: give more of the path.`
    : 'Several rows with this name could mean the same picture: give more of the path.';
}

export interface Chosen {
  /** The label of each picture, as the file writes it. */
  readonly labels: ReadonlyMap<number, LabelRow>;
  readonly repeated: number;
}

/** One label a picture: where rows differ, the last one wins, and is told. */
export function choose(
  rows: readonly LabelRow[],
  matches: readonly Match[],
  problems: LabelFileProblem[],
): Chosen {
  const byImage = new Map<number, LabelRow[]>();
  for (const [index, match] of matches.entries()) {
    if (match.kind !== 'found') continue;
    const there = byImage.get(match.id);
    if (there) there.push(rows[index]!);
    else byImage.set(match.id, [rows[index]!]);
  }
  const labels = new Map<number, LabelRow>();
  let repeated = 0;
  for (const [id, own] of byImage) {
    const last = own.at(-1)!;
    labels.set(id, last);
    const others = own.filter(({ label }) => fold(label) !== fold(last.label));
    repeated += own.length - 1 - others.length;
    if (others.length === 0) continue;
    const said = others.map(({ label, where }) => `${label} (${where})`).join(', ');
    const reason = `Labelled ${last.label}, which comes last; also given: ${said}.`;
    problems.push({ kind: 'conflict', where: last.where, path: last.path, reason });
  }
  return { labels, repeated };
}
