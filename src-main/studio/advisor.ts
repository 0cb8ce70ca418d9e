/** The course's two questions, answered by measurement. */
import { createHash } from 'node:crypto';
import type { Advice } from '../../src-shared/advisor/advice.ts';
import { quadrantOf } from '../../src-shared/advisor/position.ts';
import { recommended } from '../../src-shared/advisor/recommend.ts';
import { StudioError, toErrorReply } from '../../src-shared/errors.ts';
import { fewToLearn } from '../../src-shared/readiness.ts';
import type { Progress } from '../engine/protocol.ts';
import { outcomes } from './advice-outcome.ts';
import { keepAdvised, type Subscribe } from './advising.ts';
import { bestBackbone } from './backbones.ts';
import { classesOf } from './classes.ts';
import type { Context, OpenProject } from './context.ts';
import { featureFolder } from './features.ts';
import type { Handlers } from './handlers.ts';
import { backboneFile } from './weight-folder.ts';

type Calls = Pick<Handlers, 'advisor.get' | 'advisor.run' | 'advisor.cancel'>;

interface AdvisorOptions {
  /** Does it measure by itself while pictures are labelled? */
  readonly eager: boolean;
  /** Is something being looked at that suggestions wait for? */
  readonly isLooking: () => boolean;
}

interface Measurement {
  readonly abort: AbortController;
  readonly advice: Promise<Advice>;
  /** Does somebody wait for it? */
  asked: boolean;
}

export function advisorCalls(
  context: Context,
  compare: Pick<Handlers, 'runs.compare'>,
  subscribe: Subscribe,
  { eager, isLooking }: AdvisorOptions,
): Calls {
  const measuring = new Map<string, Measurement>();
  const outcome = outcomes(compare);
  // Kept as soon as it is known, for the runs may be removed before anybody asks.
  subscribe((event) => {
    const project = context.current();
    if (event.name !== 'run.changed' || event.data.run.state !== 'finished' || !project) return;
    outcome(project, event.data.run.backbone).catch((error: unknown) =>
      console.error('What came of the advice:', toErrorReply(error).message),
    );
  });

  context.onOpen((project) => {
    project.onClose(async () => {
      const all = [...measuring.values()];
      for (const { abort } of all) abort.abort();
      await Promise.allSettled(all.map(({ advice }) => advice));
    });
  });

  function begin(project: OpenProject, name: string): Measurement {
    const there = measuring.get(name);
    if (there) return there;
    const tell = () => context.emit({ name: 'advisor.changed', data: { backbone: name } });
    const abort = new AbortController();
    const advice = measure(project, name, abort.signal).finally(() => {
      measuring.delete(name);
      tell();
    });
    const measurement = { abort, advice, asked: false };
    measuring.set(name, measurement);
    tell();
    return measurement;
  }

  async function measure(project: OpenProject, name: string, signal: AbortSignal) {
    const { store } = project;
    const backbone = await backboneFile(name);
    const { labelled } = classesOf(project, 1);
    const files = new Map(store.images.labelled().map((image) => [image.id, image]));
    const examples = Array.from(labelled.ids, (id, i) => {
      const { sha256, path } = files.get(id)!;
      return { imageId: id, sha256, path, label: labelled.labels[i]! };
    });
    const perClass = countsOf(project);
    const { classes } = labelled;
    const job = { kind: 'advise', backbone, classes, examples, features: featureFolder(project) };
    const onProgress = (progress: Progress) => {
      if (progress.kind !== 'features' && progress.kind !== 'phase') return;
      const what = progress.kind === 'features' ? 'features' : 'measuring';
      const { done, total } = progress;
      context.emit({ name: 'advisor.progress', data: { backbone: name, what, done, total } });
    };
    const found = await context.engine.run(job as typeof job & { kind: 'advise' }, {
      onProgress,
      signal,
    });
    const quadrant = quadrantOf(found.similarity.score, found.amount.score);
    const advice: Advice = {
      backbone: name,
      labels: hashOf(perClass, labelled),
      similarity: found.similarity,
      amount: { ...found.amount, labelled: examples.length, perClass },
      quadrant,
      recommended: recommended(quadrant, found.costs, found.similarity),
      costs: found.costs,
    };
    store.advices.add(advice);
    return advice;
  }

  const chosen = async (name: string | undefined) => name ?? (await bestBackbone()).name;
  /** The labels of the moment; null where the network was last measured with these. */
  const outdatedBy = (project: OpenProject, name: string): string | null => {
    const labels = hashOf(countsOf(project), classesOf(project, 1).labelled);
    return project.store.advices.latest(name)?.labels === labels ? null : labels;
  };

  const looked = eager
    ? keepAdvised(context, subscribe, {
        networks: async ({ store }) => [
          ...new Set([(await bestBackbone()).name, ...store.advices.backbones()]),
        ],
        outdatedBy: (project, name) =>
          missingForAdvice(project) === null ? outdatedBy(project, name) : null,
        measure(project, name) {
          const measurement = begin(project, name);
          return {
            ended: measurement.advice,
            stop: () => !measurement.asked && measurement.abort.abort(),
          };
        },
        busy: ({ store }) =>
          isLooking() ||
          store.runs.inState('queued').length + store.runs.inState('running').length > 0,
      })
    : () => {};

  return {
    'advisor.get': async ({ backbone }) => {
      const project = context.project();
      const name = await chosen(backbone);
      const answer = {
        backbone: name,
        advice: project.store.advices.latest(name),
        missing: missingForAdvice(project),
        outdated: outdatedBy(project, name) !== null,
        measuring: measuring.has(name),
        outcome: await outcome(project, name),
      };
      if (answer.outdated) looked();
      return answer;
    },

    'advisor.run': async ({ backbone }) => {
      const project = context.project();
      const missing = missingForAdvice(project);
      if (missing) throw new StudioError('refused', missing);
      const measurement = begin(project, await chosen(backbone));
      measurement.asked = true;
      return measurement.advice;
    },

    'advisor.cancel': () => {
      for (const { abort } of measuring.values()) abort.abort();
      return {};
    },
  };
}

/** Of which picture has which label, and of what the labels are called. */
const hashOf = (
  perClass: Readonly<Record<string, number>>,
  { ids, labels }: ReturnType<typeof classesOf>['labelled'],
): string =>
  createHash('sha256').update(JSON.stringify(perClass)).update(ids).update(labels).digest('hex');

/** By label; excluded images do not count. */
function countsOf({ store }: OpenProject): Record<string, number> {
  return Object.fromEntries(
    store.labels
      .list()
      .map(({ name, count, excluded }) => [name, count - excluded] as const)
      .filter(([, count]) => count > 0),
  );
}

/** A measurement on fewer says nothing: the one next step in a sentence; null when there are enough. */
function missingForAdvice(project: OpenProject): string | null {
  const counts = Object.entries(countsOf(project));
  if (counts.length < 2)
    return 'Label pictures with at least two labels, and the advisor can measure them.';
  const few = counts.find(([, count]) => count < fewToLearn);
  if (!few) return null;
  const more = fewToLearn - few[1];
  return `Label ${more} more ${more === 1 ? 'picture' : 'pictures'} of ${few[0]}, and the advisor can measure them.`;
}
