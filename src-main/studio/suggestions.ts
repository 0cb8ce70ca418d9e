/** Proposed labels for the pictures that have none: taught anew in the background after each label. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Suggestion } from '../../src-shared/domain.ts';
import { toErrorReply } from '../../src-shared/errors.ts';
import type { Context, OpenProject } from './context.ts';
import type { Classes, Looking } from './looking.ts';

/** A label takes part from so many pictures on. */
export const fewestOfLabel = 5;
/** Labels in quick succession are taught together. */
const debounceMs = 150;

/** What the classifier says of each picture that it knows. */
export interface Said {
  readonly labelId: number;
  readonly confidence: number;
  readonly uncertainty: number;
}

export interface Suggestions {
  /** Are there two labels of which enough is known? */
  enough(): boolean;
  /** Something changed that they depend on: teach anew soon. */
  refresh(): void;
  /** Something changed: teach anew when somebody asks. */
  forget(): void;
  /** As they were when somebody last asked, at once. */
  latest(): ReadonlyMap<number, Said>;
  /** Brought up to date when they are not; empty without enough labels. */
  current(): Promise<ReadonlyMap<number, Said>>;
  /** Of the pictures that carry no label now, the surest first. */
  proposals(imageIds?: readonly number[]): Promise<Suggestion[]>;
}

/** @param least labels with fewer pictures are left out */
export function classesOf({ store }: OpenProject, least: number): Classes {
  const labelIds = store.labels
    .list()
    .flatMap(({ id, count, excluded }) => (count - excluded >= least ? [id] : []));
  const classOf = new Map(labelIds.map((id, index) => [id, index]));
  const pairs = store.images.labelled().filter(({ labelId }) => classOf.has(labelId));
  return {
    labelIds,
    labelled: {
      ids: Int32Array.from(pairs, ({ id }) => id),
      labels: Int32Array.from(pairs, ({ labelId }) => classOf.get(labelId)!),
      classes: labelIds.length,
    },
  };
}

export function suggestions(context: Context, pictures: Looking): Suggestions {
  let said: ReadonlyMap<number, Said> = new Map();
  let fresh = false;
  let teaching: Promise<void> | null = null;

  const enough = () => {
    const project = context.current();
    const labels = project?.store.labels.list() ?? [];
    return labels.filter(({ count, excluded }) => count - excluded >= fewestOfLabel).length >= 2;
  };

  async function teach(): Promise<void> {
    fresh = true; // what changes from here on is for the next time
    const project = context.current();
    if (!project || !enough()) {
      said = new Map();
      return;
    }
    const { labelIds, labelled } = classesOf(project, fewestOfLabel);
    const answer = await pictures.ask<'suggest'>((question) =>
      context.engine.run({ kind: 'suggest', ...question, labelled }),
    );
    if (context.current() !== project) return;
    const { ids, labels, confidences, uncertainties } = answer;
    said = new Map(
      Array.from(ids, (id, i) => [
        id,
        {
          labelId: labelIds[labels[i]!]!,
          confidence: confidences[i]!,
          uncertainty: uncertainties[i]!,
        },
      ]),
    );
  }

  /** One at a time; what was changed meanwhile is taught next. */
  async function upToDate(): Promise<void> {
    while (!fresh) {
      teaching ??= teach().finally(() => {
        teaching = null;
      });
      try {
        await teaching;
      } catch (error) {
        fresh = false;
        throw error;
      }
    }
    await teaching;
  }

  let scheduled = false;
  async function soon(): Promise<void> {
    if (scheduled) return;
    scheduled = true;
    await wait(debounceMs, undefined, { ref: false });
    scheduled = false;
    if (!context.current() || (pictures.rows === 0 && enough())) return;
    const had = said.size;
    await upToDate();
    if (had > 0 || said.size > 0) context.emit({ name: 'assist.changed', data: {} });
  }

  context.onOpen((project) => {
    fresh = false;
    project.onClose(async () => {
      await teaching?.catch(() => {});
      said = new Map();
      fresh = false;
    });
  });

  return {
    enough,
    forget() {
      fresh = false;
    },
    refresh() {
      fresh = false;
      // Nobody waits for it; who asks is told.
      soon().catch((error: unknown) => console.error('Suggesting:', toErrorReply(error).message));
    },
    latest: () => said,
    async current() {
      await upToDate();
      return said;
    },
    async proposals(imageIds) {
      await upToDate();
      const { images } = context.project().store;
      const labelled = images.labelOf();
      const excluded = new Set(images.query({ excluded: true }, 'imported'));
      const ids = imageIds ?? [...said.keys()];
      return ids
        .flatMap((imageId) => {
          const one = said.get(imageId);
          if (!one || labelled.has(imageId) || excluded.has(imageId)) return [];
          return [{ imageId, labelId: one.labelId, confidence: one.confidence }];
        })
        .toSorted((a, b) => b.confidence - a.confidence);
    },
  };
}
