/** Which picture of the project a row of a file of labels means. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Store } from '../../store/store.ts';
import { fold } from '../../store/text.ts';
import { isAbsolutePath, type LabelRow } from './rows.ts';

export type Match =
  | { readonly kind: 'found'; readonly id: number; readonly byName: boolean }
  /** The file is there and is no picture of the project. */
  | { readonly kind: 'not-imported'; readonly file: string }
  | { readonly kind: 'ambiguous'; readonly ids: readonly number[] }
  | { readonly kind: 'missing' };

interface Named {
  readonly id: number;
  /** Folded, from the file's name upwards. */
  readonly segments: readonly string[];
}

/**
 * By hash; by the path, absolute or from `folder`; and where no file is there, by name: the picture whose path
 * ends as the row's does for longest, if there is only one. Two different paths never mean the same picture by
 * name alone.
 *
 * @returns one match for each row, in their order
 */
export function matchRows(
  store: Store,
  rows: readonly LabelRow[],
  folder: string,
): readonly Match[] {
  const pictures = store.images.after(0, Number.MAX_SAFE_INTEGER);
  const byHash = new Map(pictures.map(({ sha256, id }) => [sha256, id]));
  let named: Map<string, Named[]> | null = null;

  function byName(path: string): Match {
    named ??= nameIndex(pictures);
    const segments = segmentsOf(path);
    const candidates = named.get(segments[0] ?? '') ?? [];
    const lengths = candidates.map((candidate) => common(candidate.segments, segments));
    const longest = Math.max(...lengths);
    const best = candidates.filter((_, index) => lengths[index] === longest);
    if (best.length === 0) return { kind: 'missing' };
    if (best.length > 1) return { kind: 'ambiguous', ids: best.map(({ id }) => id) };
    return { kind: 'found', id: best[0]!.id, byName: true };
  }

  function matchOne(row: LabelRow): Match {
    const hashed = row.sha256 ? byHash.get(row.sha256) : undefined;
    if (hashed !== undefined) return { kind: 'found', id: hashed, byName: false };
    const paths = [row.path, ...(row.otherPaths ?? [])].filter((path) => path !== '');
    const places = paths.flatMap((path) => placesOf(path, folder));
    for (const place of places) {
      const id = store.images.atPath(place);
      if (id !== undefined) return { kind: 'found', id, byName: false };
    }
    const file = places.find(isFile);
    if (file !== undefined) return { kind: 'not-imported', file };
    // The last is the plainest name.
    const matches = paths.toReversed().map(byName);
    return (
      matches.find(({ kind }) => kind === 'found') ??
      matches.find(({ kind }) => kind === 'ambiguous') ?? { kind: 'missing' }
    );
  }

  const matches = rows.map(matchOne);
  return distinct(rows, matches);
}

/** A picture that rows of several paths mean by name alone is meant by none of them for sure. */
function distinct(rows: readonly LabelRow[], matches: readonly Match[]): readonly Match[] {
  const paths = new Map<number, Set<string>>();
  const sure = new Set<number>();
  for (const [index, match] of matches.entries()) {
    if (match.kind !== 'found') continue;
    if (!match.byName) sure.add(match.id);
    else paths.set(match.id, (paths.get(match.id) ?? new Set()).add(rows[index]!.path));
  }
  return matches.map((match): Match => {
    if (match.kind !== 'found' || !match.byName) return match;
    if (sure.has(match.id)) return { kind: 'missing' };
    return paths.get(match.id)!.size > 1 ? { kind: 'ambiguous', ids: [match.id] } : match;
  });
}

/** Where on this machine the file of this path would lie. */
function placesOf(path: string, folder: string): readonly string[] {
  if (/^file:\/\//i.test(path)) {
    try {
      return [fileURLToPath(path)];
    } catch {
      return [];
    }
  }
  if (isAddress(path)) return [];
  if (isAbsolutePath(path)) return [resolve(path)];
  const places = [resolve(folder, path)];
  // Written on Windows.
  if (path.includes('\\')) places.push(resolve(folder, path.replaceAll('\\', '/')));
  return places;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const isAddress = (path: string) => /^[a-z][a-z0-9+.-]+:\/\//i.test(path);

/** Folded, from the file's name upwards. */
const segmentsOf = (path: string): readonly string[] =>
  fold(isAddress(path) ? path.replace(/[?#].*$/, '') : path)
    .split(/[\\/]/)
    .filter((segment) => segment !== '' && segment !== '.')
    .reverse();

function nameIndex(
  pictures: readonly { readonly id: number; readonly path: string }[],
): Map<string, Named[]> {
  const index = new Map<string, Named[]>();
  for (const { id, path } of pictures) {
    const segments = segmentsOf(path);
    const there = index.get(segments[0]!);
    if (there) there.push({ id, segments });
    else index.set(segments[0]!, [{ id, segments }]);
  }
  return index;
}

/** How many segments two paths have in common, from the end. */
function common(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
