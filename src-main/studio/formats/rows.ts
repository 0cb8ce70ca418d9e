/** What every reader of labels comes down to: one row for each picture that a file or folder speaks of. */
import type { LabelFileProblem, SplitName } from '../../../src-shared/domain.ts';

export interface LabelRow {
  /** Of the line, the entry or the file that it comes from, for the report. */
  readonly where: string;
  /** As it was written; relative paths are meant from `Reading.folder`. Empty when only a hash is given. */
  readonly path: string;
  /** Other places where the picture may lie, the likeliest first. */
  readonly otherPaths?: readonly string[];
  /** Null where there is none. */
  readonly sha256?: string | null;
  readonly label: string;
  readonly split: SplitName | null;
}

export type RowProblem = Pick<LabelFileProblem, 'where' | 'path' | 'reason'>;

export interface Rows {
  readonly rows: readonly LabelRow[];
  /** What could not be read, row by row. */
  readonly problems: readonly RowProblem[];
}

/** Collects rows and what is wrong with others. */
export class RowList implements Rows {
  readonly rows: LabelRow[] = [];
  readonly problems: RowProblem[] = [];

  /** A row of raw values: one without a label or a path becomes a problem. */
  add(row: {
    readonly where: string;
    readonly path: unknown;
    readonly otherPaths?: readonly string[];
    readonly sha256?: unknown;
    readonly label: unknown;
    readonly split?: unknown;
  }): void {
    const { where } = row;
    const path = textOf(row.path) ?? '';
    const hash = textOf(row.sha256)?.toLowerCase() ?? '';
    const sha256 = /^[0-9a-f]{64}$/.test(hash) ? hash : null;
    const label = textOf(row.label);
    if (path === '' && !sha256) this.refuse(where, '', 'It names no picture.');
    else if (label === null) this.refuse(where, path, 'It has no label.');
    else if (label.length > longestLabel)
      this.refuse(where, path, `Its label has more than ${longestLabel} characters.`);
    else {
      // As it was written, too: a file's name may be decomposed, or have spaces at its end.
      const written = typeof row.path === 'string' && row.path !== path ? [row.path] : [];
      const others = [...written, ...(row.otherPaths ?? [])];
      const split = splitOf(textOf(row.split));
      const otherPaths = others.length > 0 ? { otherPaths: others } : {};
      this.rows.push({ where, path, ...otherPaths, sha256, label, split });
    }
  }

  refuse(where: string, path: string, reason: string): void {
    this.problems.push({ where, path, reason });
  }
}

/** As in the contract. */
const longestLabel = 100;

/** Text or a number as trimmed text; null for anything else, and for nothing that could be seen. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'string') return null;
  const text = value.normalize('NFC').replace(/\s+/g, ' ').trim();
  return /^[\s\p{Cc}\p{Cf}]*$/u.test(text) ? null : text;
}

const splitNames: Readonly<Record<string, SplitName>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
};

/** What other programs call the sets; null for any other word. */
export const splitOf = (name: string | null): SplitName | null =>
  (name !== null && splitNames[name.toLowerCase()]) || null;

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** On any system, or an address: what was written on another machine is not meant from the folder either. */
export const isAbsolutePath = (path: string): boolean =>
  /^([\\/]|[a-z]:[\\/]|[a-z][a-z0-9+.-]+:\/\/)/i.test(path);
