/** Saved views, and the history of the project. */
import { z } from 'zod';
import * as d from '../domain.ts';
import { define, done, none } from './define.ts';

const viewName = z.string().trim().min(1).max(100);

export const viewsCalls = {
  // A view: a filter and an order under a name. Changes can be undone.
  'views.list': define(none, z.object({ views: z.array(d.view) })),
  'views.create': define(
    z.strictObject({ name: viewName, filter: d.imageFilter, sort: d.imageSort }),
    d.view,
  ),
  'views.update': define(
    z.strictObject({
      id: z.int().positive(),
      name: viewName.optional(),
      filter: d.imageFilter.optional(),
      sort: d.imageSort.optional(),
    }),
    d.view,
  ),
  'views.delete': define(z.strictObject({ id: z.int().positive() }), done),
  /** The steps of the project, the latest first, those before the step `before`. */
  'history.list': define(
    z.strictObject({ before: z.int().positive().optional(), limit: z.int().min(1).max(500) }),
    z.object({ operations: z.array(d.operation), total: z.int() }),
  ),
  /**
   * Undoes or redoes until the step `id` is the last one that is done; 0 undoes all.
   * @returns how many steps were undone and done again
   */
  'history.turnTo': define(
    z.strictObject({ id: z.int().nonnegative() }),
    z.object({ undone: z.int(), redone: z.int() }),
  ),
} as const;

export const viewsEvents = {
  'views.changed': z.object({}),
} as const;
