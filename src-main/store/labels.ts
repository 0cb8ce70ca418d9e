/** Labels and which image carries which. Everything here can be undone: see operations.ts. */
import type { Label } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import type { Database } from './database.ts';
import type { LabelState, Operation } from './effects.ts';
import { needImagesIn } from './need-images.ts';
import type { Operations } from './operations.ts';
import type { Tally } from './tally.ts';
import { fold } from './text.ts';

export const labelColours = 10;

/** What labelling came to. */
export interface Done {
  /** To be given back to go on with the same step; null when nothing had to be done. */
  readonly operation: number | null;
  /** Images that have another label now than before. */
  readonly changed: number;
}

export type Labels = ReturnType<typeof labelsTable>;

export function labelsTable(database: Database, operations: Operations, tally: () => Tally) {
  type Row = { id: number } & LabelState;
  const living = database.prepare<[], Row>(
    'SELECT id, name, colour, deleted FROM labels WHERE NOT deleted ORDER BY id',
  );
  const one = database.prepare<[number], Row>(
    'SELECT id, name, colour, deleted FROM labels WHERE id = ? AND NOT deleted',
  );
  const insert = database.prepare('INSERT INTO labels (name, colour, deleted) VALUES (?, ?, 1)');
  const needImages = needImagesIn(database);

  const stateOf = ({ name, colour, deleted }: LabelState): LabelState => ({
    name,
    colour,
    deleted,
  });

  function need(id: number): Row {
    const row = one.get(id);
    if (!row) throw new StudioError('not-found', `Label ${id} is not in this project.`);
    return row;
  }

  function named(name: string): Row | undefined {
    const key = fold(name);
    return living.all().find((row) => fold(row.name) === key);
  }

  function refuseTaken(name: string, by?: number): void {
    const taken = named(name);
    if (taken && taken.id !== by)
      throw new StudioError(
        'refused',
        `There is already a label “${taken.name}”. Choose another name.`,
      );
  }

  /** The first colour that no label has; when all are taken, the first of the rarest. */
  function nextColour(): number {
    const used = new Array<number>(labelColours).fill(0);
    for (const { colour } of living.all()) used[colour - 1]!++;
    return used.indexOf(Math.min(...used)) + 1;
  }

  /** A label comes into being deleted and is then brought to life, so that undo has a state to go back to. */
  function add(operation: Operation, name: string, colour = nextColour()): number {
    const id = Number(insert.run(name, colour).lastInsertRowid);
    operation.changeLabel(id, { name, colour, deleted: 1 }, { name, colour, deleted: 0 });
    return id;
  }

  const change = (operation: Operation, row: Row, to: Partial<LabelState>) =>
    operation.changeLabel(row.id, stateOf(row), { ...stateOf(row), ...to });

  return {
    /** All labels in the order in which they were made, with the number of images that carry them. */
    list(): Label[] {
      const { labels, excluded } = tally();
      return living.all().map(({ id, name, colour }) => ({
        id,
        name,
        colour,
        count: labels.get(id) ?? 0,
        excluded: excluded.get(id) ?? 0,
      }));
    },

    /** @throws StudioError when the name is taken, whatever its case. */
    create(name: string, colour?: number): number {
      const clean = cleanName(name);
      refuseTaken(clean);
      return operations.perform(
        (operation) => add(operation, clean, colour),
        () => `create the label ${clean}`,
      ).result;
    },

    update(
      id: number,
      to: { readonly name?: string | undefined; readonly colour?: number | undefined },
    ): void {
      const row = need(id);
      const name = to.name === undefined ? row.name : cleanName(to.name);
      const colour = to.colour ?? row.colour;
      refuseTaken(name, id);
      if (name === row.name && colour === row.colour) return;
      operations.perform(
        (operation) => change(operation, row, { name, colour }),
        () => (name === row.name ? `recolour ${name}` : `rename ${row.name} to ${name}`),
      );
    },

    /** All images of `from` get `into`, and `from` is gone. */
    merge(from: number, into: number): void {
      const [gone, kept] = [need(from), need(into)];
      if (from === into)
        throw new StudioError('refused', `“${gone.name}” cannot be merged into itself.`);
      operations.perform(
        (operation) => {
          operation.reassign(from, into);
          change(operation, gone, { deleted: 1 });
        },
        () => `merge ${gone.name} into ${kept.name}`,
      );
    },

    /** Its images become unlabelled. */
    delete(id: number): void {
      const row = need(id);
      operations.perform(
        (operation) => {
          operation.reassign(id, null);
          change(operation, row, { deleted: 1 });
        },
        () => `delete the label ${row.name}`,
      );
    },

    /** One undoable step. @throws StudioError when an image or the label does not exist; then nothing is done. */
    assign(imageIds: readonly number[], labelId: number | null): Done {
      const name = labelId === null ? null : need(labelId).name;
      needImages(imageIds);
      const { operation, result } = operations.perform(
        (step) => step.assign(imageIds, labelId),
        (changed) =>
          name === null
            ? `clear the label of ${pictures(changed)}`
            : `label ${pictures(changed)} as ${name}`,
      );
      return { operation, changed: result };
    },

    /** Several labels at once, in one undoable step; all of it or nothing, as `assign`. */
    sort(
      piles: readonly { readonly imageIds: readonly number[]; readonly labelId: number | null }[],
    ): Done {
      for (const { imageIds, labelId } of piles) {
        if (labelId !== null) need(labelId);
        needImages(imageIds);
      }
      const { operation, result } = operations.perform(
        (step) => piles.reduce((sum, pile) => sum + step.assign(pile.imageIds, pile.labelId), 0),
        (changed) => `sort ${pictures(changed)} into piles`,
      );
      return { operation, changed: result };
    },

    /**
     * Labels images by name, creating labels as needed. Give the returned operation back with the next
     * batch, and all batches are one undoable step (unless something else was done in between).
     *
     * @param words for undo: where the names come from
     */
    assignByName(
      imageIdsByName: ReadonlyMap<string, readonly number[]>,
      continuing: number | null = null,
      words = (step: Operation) => `label ${pictures(step.size())} by their folders`,
    ): Done {
      const { operation, result } = operations.perform(
        (step) => {
          let changed = 0;
          for (const [name, imageIds] of imageIdsByName) {
            const clean = cleanName(name);
            changed += step.assign(imageIds, named(clean)?.id ?? add(step, clean));
          }
          return changed;
        },
        (_, step) => words(step),
        continuing,
      );
      return { operation, changed: result };
    },
  };
}

/** Names are kept composed and on one line, however a file system spelt them. */
function cleanName(name: string): string {
  const clean = name.normalize('NFC').replace(/\s+/g, ' ').trim();
  if (clean === '') throw new StudioError('refused', 'A label needs a name.');
  return clean;
}

const pictures = (count: number) => (count === 1 ? '1 picture' : `${count} pictures`);
