/** Proposed labels for the pictures that have none: taught anew in the background after each label. */
import type { Suggestion } from '../../src-shared/domain.ts';
import { toErrorReply } from '../../src-shared/errors.ts';
import { fewestToSuggest } from '../../src-shared/readiness.ts';
import { classesAmong, labelsWith } from './classes.ts';
import type { Context } from './context.ts';
import { labelsNow } from './labels-now.ts';
import { lessonTimes } from './lesson-times.ts';
import type { Looking } from './looking.ts';
import { nothingSaid, type Said, saidOf } from './said.ts';

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
    const classes = classesAmong(labelOf, labelsWith(project, fewestToSuggest));
    const { labelled } = classes;
    const before = said.pictures;
    const answer = await pictures.ask<'suggest'>((question) =>
      context.engine.run(
        { kind: 'suggest', ...question, labelled, pictures: before.name },
        { signal: ending.signal },
      ),
    );
    if (context.current() !== project) return;
    said = saidOf(answer, classes, before);
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
    if (!atOnce || said.pictures.ids.length === 0) await upToDate();
    return said;
  }

  // Nobody waits for it; who asks is told.
  const times = lessonTimes(async () => {
    if (!context.current() || (pictures.rows === 0 && enough())) return;
    const had = said.pictures.ids.length;
    try {
      await upToDate();
    } catch (error) {
      if (!ending.signal.aborted) console.error('Suggesting:', toErrorReply(error).message);
      return;
    }
    if (had > 0 || said.pictures.ids.length > 0) context.emit({ name: 'assist.changed', data: {} });
  });

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
      times.wanted();
    },
    latest: () => said,
    current,
    async proposals({ among, atOnce }) {
      const { pictures, labelOf, confidenceOf } = await current(atOnce);
      const { images } = context.project().store;
      const waiting = among
        ? images.waitingOf(among)
        : images.list({ label: 'none', excluded: false }, 'imported').ids;
      const found: Suggestion[] = [];
      for (const imageId of waiting) {
        const place = pictures.placeOf(imageId);
        if (place === undefined) continue;
        found.push({ imageId, labelId: labelOf(place), confidence: confidenceOf(place) });
      }
      return found.sort((a, b) => b.confidence - a.confidence);
    },
  };
}
