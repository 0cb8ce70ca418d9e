/** Saved views: filters under a name. What is done to them can be undone. */
import {
  type ImageFilter,
  type ImageSort,
  imageFilter,
  imageSort,
} from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import type { Database } from './database.ts';
import type { ViewState } from './effects.ts';
import type { Operations } from './operations.ts';
import { fold } from './text.ts';

export interface StoredView {
  readonly id: number;
  readonly name: string;
  readonly filter: ImageFilter;
  readonly sort: ImageSort;
}

export type Views = ReturnType<typeof viewsTable>;

export function viewsTable(database: Database, operations: Operations) {
  type Row = { id: number } & ViewState;
  const living = database.prepare<[], Row>(
    'SELECT id, name, filter, sort, deleted FROM views WHERE NOT deleted ORDER BY id',
  );
  const insert = database.prepare(
    'INSERT INTO views (name, filter, sort, deleted) VALUES (@name, @filter, @sort, 1)',
  );

  const toView = ({ id, name, filter, sort }: Row): StoredView => ({
    id,
    name,
    filter: imageFilter.parse(JSON.parse(filter)),
    sort: imageSort.parse(sort),
  });
  const stateOf = ({ name, filter, sort, deleted }: Row): ViewState => ({
    name,
    filter,
    sort,
    deleted,
  });

  function need(id: number): Row {
    const row = living.all().find((view) => view.id === id);
    if (!row) throw new StudioError('not-found', `View ${id} is not in this project.`);
    return row;
  }

  function freeName(name: string, by?: number): string {
    const clean = name.normalize('NFC').replace(/\s+/g, ' ').trim();
    const taken = living.all().find((view) => fold(view.name) === fold(clean));
    if (taken && taken.id !== by)
      throw new StudioError(
        'refused',
        `There is already a view “${taken.name}”. Choose another name.`,
      );
    return clean;
  }

  const get = (id: number) => toView(need(id));

  return {
    get,
    /** In the order in which they were made. */
    list: (): StoredView[] => living.all().map(toView),

    /** @throws StudioError when the name is taken, whatever its case. */
    create(name: string, filter: ImageFilter, sort: ImageSort): StoredView {
      const state = { name: freeName(name), filter: JSON.stringify(filter), sort };
      const { result } = operations.perform(
        (operation) => {
          const id = Number(insert.run(state).lastInsertRowid);
          // It comes into being deleted, so that undo has a state to go back to.
          operation.changeView(id, { ...state, deleted: 1 }, { ...state, deleted: 0 });
          return id;
        },
        () => `save the view ${state.name}`,
      );
      return get(result);
    },

    update(
      id: number,
      to: {
        readonly name?: string | undefined;
        readonly filter?: ImageFilter | undefined;
        readonly sort?: ImageSort | undefined;
      },
    ): StoredView {
      const row = need(id);
      const before = stateOf(row);
      const after = {
        ...before,
        ...(to.name !== undefined && { name: freeName(to.name, id) }),
        ...(to.filter && { filter: JSON.stringify(to.filter) }),
        ...(to.sort && { sort: to.sort }),
      };
      if (JSON.stringify(before) !== JSON.stringify(after))
        operations.perform(
          (operation) => operation.changeView(id, before, after),
          () =>
            after.name === before.name
              ? `change the view ${after.name}`
              : `rename the view ${before.name} to ${after.name}`,
        );
      return get(id);
    },

    delete(id: number): void {
      const before = stateOf(need(id));
      operations.perform(
        (operation) => operation.changeView(id, before, { ...before, deleted: 1 }),
        () => `delete the view ${before.name}`,
      );
    },
  };
}
