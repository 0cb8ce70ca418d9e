/** The project that is open in this studio. */
import { z } from 'zod';
import * as d from '../domain.ts';
import { define, done, none } from './define.ts';

export const projectCalls = {
  'project.current': define(
    none,
    z.object({ project: d.project.nullable(), recent: z.array(z.string()) }),
  ),
  'project.create': define(z.strictObject({ path: z.string().min(1) }), d.project),
  'project.open': define(z.strictObject({ path: z.string().min(1) }), d.project),
  'project.close': define(none, done),
  /**
   * What a person means who drops something on the first start. One path that is a project: it is
   * opened. Pictures, folders or archives on the studio's machine (`paths`), or uploads that will follow
   * (none): a project of this name is made in the user's own place for projects. `sources`: what of
   * `paths` is to be imported next.
   */
  'project.begin': define(
    z.strictObject({ name: z.string().min(1), paths: z.array(z.string().min(1)) }),
    z.object({ project: d.project, sources: z.array(z.string()) }),
  ),
  /** Makes (if needed) and opens the sample project: pictures of emoji, labelled by their group. */
  'project.sample': define(none, d.project),
} as const;

export const projectEvents = {
  'project.changed': z.object({ project: d.project.nullable() }),
} as const;
