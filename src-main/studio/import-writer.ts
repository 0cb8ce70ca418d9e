/** Writes what an import finds, in batches: a kill loses the last batch at most, and a repeat makes it up. */
import type { ImportReport } from '../../src-shared/domain.ts';
import type { FoundImage } from '../store/images.ts';
import type { Context, OpenProject } from './context.ts';

export interface ImportedFile {
  readonly path: string;
  /** The label that its folder's name would give; null for none. */
  readonly folder: string | null;
  /** The image that this very file is known to be, or what was found in it. */
  readonly image: number | (FoundImage & { readonly fingerprint: Uint8Array });
  /** The image is no longer where it was last seen, or was missing, and is here. */
  readonly isHere: boolean;
}

const batchFiles = 250;
const batchMs = 1000;
/** As in the contract. */
const longestLabel = 100;

export class ImportWriter {
  readonly #context: Context;
  readonly #project: OpenProject;
  readonly #byFolder: boolean;
  readonly #quiet: boolean;
  #batch: ImportedFile[] = [];
  #lastFlush = Date.now();
  #imported = 0;
  #duplicates = 0;
  /** All batches' labels are one step to undo. */
  #operation: number | null = null;
  readonly #labels: Record<string, number> = {};

  constructor(
    context: Context,
    project: OpenProject,
    { byFolder, quiet }: { readonly byFolder: boolean; readonly quiet: boolean },
  ) {
    this.#context = context;
    this.#project = project;
    this.#byFolder = byFolder;
    this.#quiet = quiet;
  }

  add(file: ImportedFile): void {
    this.#batch.push(file);
    if (this.#batch.length >= batchFiles || Date.now() - this.#lastFlush >= batchMs) this.flush();
  }

  /** On the disk when it returns. */
  flush(): void {
    this.#lastFlush = Date.now();
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    const { store } = this.#project;
    const outcome = store.transaction(() => {
      let imported = 0;
      let placed = 0;
      const before = new Set<number>();
      const ids = batch.map(({ path, image, isHere }) => {
        const { id, added } =
          typeof image === 'number' ? { id: image, added: false } : store.images.add(image);
        if (typeof image !== 'number') store.fingerprints.set(id, image.fingerprint);
        if (added) imported++;
        else before.add(id);
        if (isHere) {
          store.images.place(id, path);
          placed++;
        }
        return id;
      });
      const labelled = this.#label(batch, ids, this.#quiet ? before : new Set());
      const changed = imported + placed + labelled.assigned.length > 0;
      return { imported, changed, ...labelled };
    });
    this.#imported += outcome.imported;
    this.#duplicates += batch.length - outcome.imported;
    this.#operation = outcome.operation ?? this.#operation;
    this.#countLabels(outcome.assigned);
    if (outcome.changed) this.tell(outcome.assigned);
  }

  counts(): Omit<ImportReport, 'rejected' | 'cancelled'> {
    return { imported: this.#imported, duplicates: this.#duplicates, labels: this.#labels };
  }

  /**
   * A label that a picture has already is not touched: a hand gave it, or another copy's folder.
   * @param except are left as they are: a hand may have taken their labels away
   */
  #label(
    batch: readonly ImportedFile[],
    ids: readonly number[],
    except: ReadonlySet<number>,
  ): { readonly operation: number | null; readonly assigned: readonly number[] } {
    const { store } = this.#project;
    const byName = new Map<string, number[]>();
    const assigned = new Set<number>();
    for (const [i, id] of ids.entries()) {
      const name = this.#byFolder ? labelName(batch[i]!.folder) : null;
      if (
        name === null ||
        except.has(id) ||
        assigned.has(id) ||
        store.images.get(id).labelId !== null
      )
        continue;
      assigned.add(id);
      byName.set(name, [...(byName.get(name) ?? []), id]);
    }
    if (assigned.size === 0) return { operation: null, assigned: [] };
    const { operation } = store.labels.assignByName(byName, this.#operation);
    return { operation, assigned: [...assigned] };
  }

  /** By the names that the labels really have: "Cats" and "cats" are one. */
  #countLabels(ids: readonly number[]): void {
    const { store } = this.#project;
    const names = new Map(store.labels.list().map(({ id, name }) => [id, name]));
    for (const { labelId } of store.images.getMany(ids)) {
      const name = names.get(labelId!)!;
      this.#labels[name] = (this.#labels[name] ?? 0) + 1;
    }
  }

  tell(assigned: readonly number[] = []): void {
    this.#context.emit({ name: 'images.changed', data: {} });
    if (assigned.length > 0) {
      this.#context.emit({ name: 'labels.assigned', data: { imageIds: null } });
    }
    // Not while it is being closed.
    if (this.#context.current() === this.#project) this.#context.changed();
  }
}

function labelName(folder: string | null): string | null {
  const name = folder?.normalize('NFC').trim().slice(0, longestLabel).trim();
  return name ? name : null;
}
