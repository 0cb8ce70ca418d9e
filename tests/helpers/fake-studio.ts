/** A studio at the Studio interface, for tests of what lies in front of it: answers are given, events sent by hand. */
import type { CallName, Media, Studio, StudioEvent } from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';

type Answer = (input: never) => unknown;

export interface FakeStudio extends Studio {
  readonly received: { readonly name: string; readonly input: unknown }[];
  emit(event: StudioEvent): void;
}

export function fakeStudio(
  answers: Partial<Record<CallName, Answer>> = {},
  media?: (kind: string, id: number) => Promise<Media>,
): FakeStudio {
  const listeners = new Set<(event: StudioEvent) => void>();
  const received: { name: string; input: unknown }[] = [];
  const all: Partial<Record<CallName, Answer>> = {
    'project.current': () => ({ project: null, recent: [] }),
    ...answers,
  };
  return {
    received,
    async call(name, input) {
      received.push({ name, input });
      const answer = Object.hasOwn(all, name) ? all[name] : undefined;
      if (!answer) throw new StudioError('unknown-call', `There is no call ${name}.`);
      return answer(input as never) as never;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit(event) {
      for (const listener of listeners) listener(event);
    },
    media:
      media ??
      (async () => {
        throw new StudioError('not-found', 'There is no such picture.');
      }),
    download: async () => {
      throw new StudioError('not-found', 'There is no such download.');
    },
    close: async () => {},
  };
}

export function epochEvent(id: number, epoch: number): StudioEvent {
  return {
    name: 'run.epoch',
    data: {
      id,
      epoch: {
        epoch,
        trainLoss: 1 / epoch,
        validationLoss: 1.1 / epoch,
        validationAccuracy: 0.5,
        imagesPerSecond: 100,
        secondsLeft: 1,
      },
    },
  };
}
