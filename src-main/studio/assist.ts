/** What the model helps with while labelling: proposals, what to label next, likeness, review. */
import type { StudioEvent } from '../../src-shared/contract.ts';
import type { AssistState, NextStrategy } from '../../src-shared/domain.ts';
import { fewestToSuggest } from '../../src-shared/readiness.ts';
import type { Guess } from '../store/image-filter.ts';
import { classesOf } from './classes.ts';
import type { Context, OpenProject } from './context.ts';
import { fingerprinting, handOver } from './fingerprinting.ts';
import { groupsOf } from './groups.ts';
import type { Handlers } from './handlers.ts';
import { looking } from './looking.ts';
import { mapCalls } from './map.ts';
import { absolute } from './project.ts';
import { suggestions } from './suggestions.ts';

type Calls = Pick<
  Handlers,
  | 'assist.state'
  | 'assist.prepare'
  | 'assist.suggestions'
  | 'assist.groups'
  | 'assist.next'
  | 'assist.similar'
  | 'assist.review'
  | 'assist.map'
  | 'assist.cancelMap'
>;
type Subscribe = (listener: (event: StudioEvent) => void) => () => void;

/** A label needs a second picture to speak for it. */
const fewestToReview = 2;

interface AssistOptions {
  /** Does it begin by itself when a project is opened and when pictures come? */
  readonly eager: boolean;
}

export function assistCalls(
  context: Context,
  subscribe: Subscribe,
  { eager }: AssistOptions,
): {
  readonly calls: Calls;
  readonly guesses: () => readonly Guess[];
  /** Are pictures being looked at just now? */
  readonly isLooking: () => boolean;
} {
  const state = (): AssistState => ({ ...pictures.state(), suggesting: proposed.enough() });
  const pictures = looking(context, () => {
    context.emit({ name: 'assist.progress', data: state() });
    if (pictures.state().state === 'ready') proposed.refresh([]);
  });
  const proposed = suggestions(context, pictures);

  const printed = fingerprinting(context);
  /** One review after the other: what the engine holds for it is one's own. */
  let reviewing: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(review: () => Promise<T>): Promise<T> => {
    const result = reviewing.then(review, review);
    reviewing = result;
    return result;
  };

  if (eager) {
    context.onOpen(() => void printed.whole());
    context.onOpen(() => void pictures.wake());
    subscribe(({ name, data }) => {
      if (name === 'import.finished' || name === 'backbones.changed') void pictures.wake();
      else if (name === 'labels.assigned') proposed.refresh(data.imageIds);
      else if (name === 'images.changed') {
        proposed.forget(null);
        if (data.turned) void pictures.restart().then(() => pictures.wake());
      }
    });
  } else {
    subscribe(({ name, data }) => {
      if (name === 'labels.assigned') proposed.forget(data.imageIds);
      else if (name === 'images.changed') {
        proposed.forget(null);
        if (data.turned) void pictures.restart();
      }
    });
  }

  async function next(
    strategy: NextStrategy,
    count: number,
    among: readonly number[] | undefined,
  ): Promise<number[]> {
    const { images } = context.project().store;
    const labelled = images.query({ label: 'any' }, 'imported');
    const candidates = among
      ? images.waitingOf(among)
      : images.query({ label: 'none', excluded: false }, 'imported');
    const said = strategy === 'different' ? null : await proposed.current();
    const isTaught = said !== null && said.pictures.ids.length > 0;
    const unsure = (id: number) => {
      const place = said?.pictures.placeOf(id);
      return place === undefined ? 0 : said!.uncertaintyOf(place);
    };
    if (strategy === 'uncertain' && isTaught)
      return candidates.toSorted((a, b) => unsure(b) - unsure(a)).slice(0, count);
    const { ids } = await pictures.ask<'next'>((question) =>
      context.engine.run({
        kind: 'next',
        ...question,
        labelled: Int32Array.from(labelled),
        candidates: Int32Array.from(candidates),
        weights: isTaught ? Float32Array.from(candidates, unsure) : null,
        count,
      }),
    );
    return [...ids];
  }

  const calls: Calls = {
    ...mapCalls(context, pictures),
    'assist.state': () => state(),
    'assist.prepare': () => {
      context.project();
      void pictures.wake();
      return state();
    },

    'assist.suggestions': async ({ imageIds }) => {
      context.project();
      return { suggestions: await proposed.proposals({ among: imageIds, atOnce: eager }) };
    },

    'assist.groups': async ({ regardless }) => {
      const waitingFor = thinLabels(context.project(), regardless);
      if (waitingFor.length > 0) return { groups: [], waitingFor };
      const said = await proposed.current(eager);
      const { waits } = context.project().store.images;
      return { groups: [...groupsOf(said, waits)], waitingFor };
    },

    'assist.next': async ({ strategy, count, imageIds }) => ({
      imageIds: await next(strategy, count, imageIds),
    }),

    'assist.similar': async ({ like, count }) => {
      context.project();
      const { near } = await pictures.ask<'similar'>((question, backbone) =>
        context.engine.run({
          kind: 'similar',
          ...question,
          backbone,
          like: 'path' in like ? { file: absolute(like.path) } : { ids: like.imageIds },
          count,
        }),
      );
      return { similar: near.map(({ id, similarity }) => ({ imageId: id, similarity })) };
    },

    'assist.review': async () => {
      const project = context.project();
      const { labelIds, labelled } = classesOf(project, fewestToReview);
      const given = project.store.images.labelOf();
      await printed.whole();
      const { labelIssues, copies, outliers } = await inTurn(() =>
        pictures.ask<'review'>(async (question) => {
          const fingerprints = await handOver(context.engine, project);
          return context.engine.run({ kind: 'review', ...question, labelled, fingerprints });
        }),
      );
      return {
        labelIssues: labelIssues.map(({ id, suggested, confidence, score }) => ({
          imageId: id,
          given: given.get(id)!,
          suggested: labelIds[suggested]!,
          score,
          confidence,
        })),
        duplicates: copies.map((ids) => [...ids]),
        outliers: outliers.map(({ id, score }) => ({ imageId: id, score })),
      };
    },
  };

  return {
    calls,
    isLooking: () => pictures.state().state === 'looking',
    guesses: () => {
      const { pictures, labelOf, confidenceOf } = proposed.latest();
      return Array.from(pictures.ids, (imageId, place) => ({
        imageId,
        labelId: labelOf(place),
        confidence: confidenceOf(place),
      }));
    },
  };
}

/**
 * Labels that are in use, but not enough to be told from the others: their pictures would be found in the groups of
 * others.
 * @param besides are left out
 */
function thinLabels({ store }: OpenProject, besides: readonly number[]) {
  return store.labels.list().flatMap(({ id, count, excluded }) => {
    const pictures = count - excluded;
    const isThin = pictures > 0 && pictures < fewestToSuggest && !besides.includes(id);
    return isThin ? [{ labelId: id, pictures }] : [];
  });
}
