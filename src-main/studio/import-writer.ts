/** Writes what an import finds, in batches: a kill loses the last batch at most, and a repeat makes it up. */
import type { ImportReport } from '../../src-shared/domain.ts';
import { pictures } from '../../src-shared/words.ts';
import type { Operation, SourceChange } from '../store/effects.ts';
import type { FoundImage } from '../store/images.ts';
import type { Context, OpenProject } from './context.ts';
import type { ImportOrder } from './import-run.ts';

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
  readonly #from: string;
  readonly #sources: readonly SourceChange[];
  #batch: ImportedFile[] = [];
  #lastFlush = Date.now();
  #imported = 0;
  #duplicates = 0;
  /** What all batches bring is one step to undo, and their labels too unless something else is done meanwhile. */
  #operation: number | null = null;
  #labelling: number | null = null;
  #isUndone = false;
  #cameBack = false;
  readonly #labels: Record<string, number> = {};

  constructor(
    context: Context,
    project: OpenProject,
    {
      byFolder,
      quiet,
      from = '',
      sourceChanges = [],
    }: Pick<ImportOrder, 'byFolder' | 'quiet' | 'from' | 'sourceChanges'>,
  ) {
    this.#context = context;
    this.#project = project;
    this.#byFolder = byFolder;
    this.#quiet = quiet ?? false;
    this.#from = from;
    this.#sources = sourceChanges;
  }

  /** It was undone while it went on: nothing is written any more. */
  get isUndone(): boolean {
    return this.#isUndone;
  }

  /** The step by which undo takes it back; null when nothing came in, or by itself. */
  get operation(): number | null {
    return this.#operation;
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
    if (this.#operation !== null && !store.history.isDone(this.#operation)) this.#isUndone = true;
    if (this.#isUndone) return;
    const outcome = store.transaction(() => {
      const came: number[] = [];
      let placed = 0;
      let cameBack = false;
      const before = new Set<number>();
      const ids = batch.map(({ path, image, isHere }) => {
        const found =
          typeof image === 'number'
            ? { id: image, added: false, cameBack: false }
            : store.images.add(image);
        const { id } = found;
        if (typeof image !== 'number') store.fingerprints.set(id, image.fingerprint);
        if (found.added) came.push(id);
        else before.add(id);
        cameBack ||= found.cameBack;
        if (isHere || found.cameBack) {
          store.images.place(id, path);
          placed++;
        }
        return id;
      });
      const operation = this.#bring(came);
      const labelled = this.#label(batch, ids, this.#quiet ? before : new Set(), operation);
      const changed = came.length + placed + labelled.assigned.length > 0;
      return { imported: came.length, cameBack, operation, changed, ...labelled };
    });
    this.#imported += outcome.imported;
    this.#duplicates += batch.length - outcome.imported;
    this.#operation = outcome.operation;
    this.#labelling = outcome.labelling ?? this.#labelling;
    this.#cameBack = outcome.cameBack;
    this.#countLabels(outcome.assigned);
    if (outcome.changed) this.tell(outcome.assigned);
  }

  /** What comes by itself into a folder that is watched is nobody's deed, and is not undone as one. */
  #bring(imageIds: readonly number[]): number | null {
    const { history } = this.#project.store;
    const operation = this.#operation;
    if (this.#quiet || imageIds.length === 0) return operation;
    if (operation !== null) {
      history.extend(operation, (step) => step.bring(imageIds), this.#words);
      return operation;
    }
    return history.perform(
      (step) => {
        step.bring(imageIds);
        for (const change of this.#sources) step.changeSource(change);
      },
      (_, step) => this.#words(step),
    ).operation;
  }

  readonly #words = (step: Operation): string => {
    const came = step.brought();
    const labelled = this.#byFolder ? ' by their folders' : '';
    if (came === 0) return `label ${pictures(step.size())}${labelled}`;
    return `import ${pictures(came)}${this.#from && ` from ${this.#from}`}`;
  };

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
    operation: number | null,
  ): { readonly labelling: number | null; readonly assigned: readonly number[] } {
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
    if (assigned.size === 0) return { labelling: null, assigned: [] };
    const continuing = this.#labelling ?? operation;
    const labelling = store.labels.assignByName(byName, continuing, this.#words).operation;
    return { labelling, assigned: [...assigned] };
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
    this.#context.emit({ name: 'images.changed', data: { turned: this.#cameBack } });
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
