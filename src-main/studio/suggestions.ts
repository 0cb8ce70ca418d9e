/** Proposed labels for the pictures that have none: taught anew in the background after each label. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Suggestion } from '../../src-shared/domain.ts';
import { toErrorReply } from '../../src-shared/errors.ts';
import { fewestToSuggest } from '../../src-shared/readiness.ts';
import type { JobResult } from '../engine/protocol.ts';
import type { Context, OpenProject } from './context.ts';
import { labelsNow } from './labels-now.ts';
import type { Classes, Looking } from './looking.ts';

/**
 * Labels in quick succession are taught together: after a rest three times as long as teaching last took, so that who labels
 * steadily has three quarters of a core back; within these bounds, so that a label is answered within a second.
 */
const [leastRestMs, mostRestMs] = [100, 700];
const restFor = (tookMs: number) => Math.min(Math.max(3 * tookMs, leastRestMs), mostRestMs);

/** What the classifier says of the pictures that it knows. */
export interface Said {
  readonly ids: Int32Array;
  /** Of each of them, in the same order. */
  readonly labelIds: Int32Array;
  readonly confidences: Float32Array;
  readonly uncertainties: Float32Array;
  /** Places of those that were without a label when it was taught, the surest first. */
  readonly surest: Int32Array;
  /** Where a picture stands among them; undefined when nothing is known of it. */
  placeOf(imageId: number): number | undefined;
}

const nothingSaid: Said = {
  ids: new Int32Array(),
  labelIds: new Int32Array(),
  confidences: new Float32Array(),
  uncertainties: new Float32Array(),
  surest: new Int32Array(),
  placeOf: () => undefined,
};

function saidOf(
  { ids, labels, ...others }: NonNullable<JobResult['suggest']>,
  labelIds: readonly number[],
): Said {
  let most = 0;
  for (let place = 0; place < ids.length; place++) most = Math.max(most, ids[place]!);
  const places = new Int32Array(most + 1);
  const idOfLabel = Int32Array.from(labelIds);
  const said = new Int32Array(ids.length);
  for (let place = 0; place < ids.length; place++) {
    places[ids[place]!] = place + 1;
    said[place] = idOfLabel[labels[place]!]!;
  }
  return {
    ...others,
    ids,
    labelIds: said,
    placeOf: (imageId) => (places[imageId] ? places[imageId] - 1 : undefined),
  };
}

export interface Suggestions {
  /** Are there two labels of which enough is known? */
  enough(): boolean;
  /** There is something to be taught anew soon: other pictures, or these with other labels (null: any). */
  refresh(labelled: readonly number[] | null): void;
  /** The same, to be taught anew when somebody asks. */
  forget(labelled: readonly number[] | null): void;
  /** As they were when somebody last asked, at once. */
  latest(): Said;
  /**
   * Brought up to date when they are not; empty without enough labels.
   * @param atOnce as they are, if there are any: who is told of newer ones need not wait for them
   */
  current(atOnce?: boolean): Promise<Said>;
  /**
   * Of the pictures that carry no label now, the surest first.
   * @param options.among of all when not given
   * @param options.atOnce as for `current`
   */
  proposals(options: {
    readonly among?: readonly number[] | undefined;
    readonly atOnce?: boolean;
  }): Promise<Suggestion[]>;
}

/** @param least labels with fewer pictures are left out */
const labelsWith = ({ store }: OpenProject, least: number): number[] =>
  store.labels.list().flatMap(({ id, count, excluded }) => (count - excluded >= least ? [id] : []));

/** @param least labels with fewer pictures are left out */
export function classesOf(project: OpenProject, least: number): Classes {
  const labelIds = labelsWith(project, least);
  const classOf = new Map(labelIds.map((id, index) => [id, index]));
  const { images } = project.store;
  const { ids, labels } = images.list({ label: labelIds, excluded: false }, 'imported');
  return {
    labelIds,
    labelled: {
      ids: Int32Array.from(ids),
      labels: Int32Array.from(labels, (label) => classOf.get(label)!),
      classes: labelIds.length,
    },
  };
}

/** The same, of labels by image id. */
function classesAmong(labelOf: Int32Array, labelIds: readonly number[]): Classes {
  const classOf = new Int32Array(Math.max(0, ...labelIds) + 1).fill(-1);
  for (const [index, id] of labelIds.entries()) classOf[id] = index;
  const ids = new Int32Array(labelOf.length);
  const labels = new Int32Array(labelOf.length);
  let count = 0;
  for (let id = 0; id < labelOf.length; id++) {
    const label = classOf[labelOf[id]!] ?? -1;
    if (label < 0) continue;
    ids[count] = id;
    labels[count++] = label;
  }
  const labelled = { ids: ids.slice(0, count), labels: labels.slice(0, count) };
  return { labelIds, labelled: { ...labelled, classes: labelIds.length } };
}

export function suggestions(context: Context, pictures: Looking): Suggestions {
  const labels = labelsNow();
  let said = nothingSaid;
  /** Changes that they depend on: how many there were, and how many what is said knows of. */
  let changes = 1;
  let known = 0;
  let teaching: Promise<void> | null = null;
  let ending = new AbortController();

  const enough = () => {
    const project = context.current();
    return !!project && labelsWith(project, fewestToSuggest).length >= 2;
  };

  async function teach(): Promise<void> {
    const upTo = changes; // what changes from here on is for the next time
    const project = context.current();
    if (!project || !enough()) {
      said = nothingSaid;
      known = upTo;
      return;
    }
    const labelOf = await labels.read(project);
    const { labelIds, labelled } = classesAmong(labelOf, labelsWith(project, fewestToSuggest));
    const answer = await pictures.ask<'suggest'>((question) =>
      context.engine.run({ kind: 'suggest', ...question, labelled }, { signal: ending.signal }),
    );
    if (context.current() !== project) return;
    said = saidOf(answer, labelIds);
    known = upTo;
  }

  /**
   * One at a time. Until what has changed by now is known, and no longer: who labels faster than it is taught would
   * wait for ever.
   */
  async function upToDate(): Promise<void> {
    const wanted = changes;
    while (known < wanted && context.current()) {
      teaching ??= teach().finally(() => {
        teaching = null;
      });
      await teaching;
    }
  }

  async function current(atOnce = false): Promise<Said> {
    if (!atOnce || said.ids.length === 0) await upToDate();
    return said;
  }

  let scheduled = false;
  let took = 0;
  async function soon(): Promise<void> {
    if (scheduled) return;
    scheduled = true;
    await wait(restFor(took), undefined, { ref: false });
    scheduled = false;
    if (!context.current() || (pictures.rows === 0 && enough())) return;
    const had = said.ids.length;
    const began = performance.now();
    await upToDate();
    took = performance.now() - began;
    if (had > 0 || said.ids.length > 0) context.emit({ name: 'assist.changed', data: {} });
  }

  context.onOpen((project) => {
    changes++;
    ending = new AbortController();
    project.onClose(async () => {
      ending.abort();
      await teaching?.catch(() => {});
      said = nothingSaid;
      changes++;
    });
  });

  return {
    enough,
    forget(labelled) {
      labels.changed(labelled);
      changes++;
    },
    refresh(labelled) {
      labels.changed(labelled);
      changes++;
      // Nobody waits for it; who asks is told.
      soon().catch((error: unknown) => {
        if (!ending.signal.aborted) console.error('Suggesting:', toErrorReply(error).message);
      });
    },
    latest: () => said,
    current,
    async proposals({ among, atOnce }) {
      const { placeOf, labelIds, confidences } = await current(atOnce);
      const { images } = context.project().store;
      const waiting = among
        ? images.waitingOf(among)
        : images.list({ label: 'none', excluded: false }, 'imported').ids;
      const found: Suggestion[] = [];
      for (const imageId of waiting) {
        const place = placeOf(imageId);
        if (place === undefined) continue;
        found.push({ imageId, labelId: labelIds[place]!, confidence: confidences[place]! });
      }
      return found.sort((a, b) => b.confidence - a.confidence);
    },
  };
}
