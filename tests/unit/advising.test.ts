/** When the advice is measured anew by itself, and when it is left alone. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepAdvised } from '../../src-main/studio/advising.ts';
import type { Context, OpenProject } from '../../src-main/studio/context.ts';
import type { StudioEvent } from '../../src-shared/contract.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A project with labels that a test names, whose measurements take so long as it says. */
function open({ takesMs = 1000 } = {}) {
  const listeners = new Set<(event: StudioEvent) => void>();
  const project = { onClose: () => {} } as unknown as OpenProject;
  const state = {
    labels: 'ten',
    measured: '',
    busy: false,
    current: project as OpenProject | null,
  };
  const measured: string[] = [];
  let stopped = 0;
  let opened: ((project: OpenProject) => void) | undefined;
  const context = {
    current: () => state.current,
    onOpen: (listener: typeof opened) => {
      opened = listener;
    },
  } as unknown as Context;
  const looked = keepAdvised(
    context,
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    {
      networks: async () => ['a network'],
      outdatedBy: () => (state.labels === state.measured ? null : state.labels),
      busy: () => state.busy,
      measure() {
        const { labels } = state;
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const timer = setTimeout(() => {
          measured.push(labels);
          state.measured = labels;
          resolve();
        }, takesMs);
        const stop = () => {
          stopped++;
          clearTimeout(timer);
          reject(new Error('stopped'));
        };
        return { ended: promise, stop };
      },
    },
  );
  opened!(project);
  const emit = (name: string, data: unknown = {}) => {
    for (const listener of listeners) listener({ name, data } as StudioEvent);
  };
  return {
    state,
    measured,
    looked,
    emit,
    label(labels: string) {
      state.labels = labels;
      emit('project.changed');
    },
    stops: () => stopped,
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  };
}

it('measures once the labels have been left alone for a while', async () => {
  const { measured, label, pass } = open();
  for (const labels of ['eleven', 'twelve', 'thirteen']) {
    await pass(2000);
    label(labels);
  }
  await pass(2900);
  expect(measured).toEqual([]);
  await pass(1200);
  expect(measured).toEqual(['thirteen']);
  await pass(60_000);
  expect(measured).toEqual(['thirteen']);
});

it('rests three times as long as it measured, and then measures what came meanwhile', async () => {
  const { measured, label, pass } = open({ takesMs: 10_000 });
  await pass(5000);
  label('eleven');
  await pass(8000);
  expect(measured).toEqual(['ten']);
  await pass(29_000);
  expect(measured).toEqual(['ten']);
  await pass(12_000);
  expect(measured).toEqual(['ten', 'eleven']);
});

it('does not wait for long when somebody looks', async () => {
  const { measured, looked, pass } = open();
  looked();
  await pass(1400);
  expect(measured).toEqual(['ten']);
});

it('leaves the machine to a training, and goes on after it', async () => {
  const { state, measured, emit, pass } = open();
  state.busy = true;
  await pass(10_000);
  expect(measured).toEqual([]);
  state.busy = false;
  emit('run.changed');
  await pass(4100);
  expect(measured).toEqual(['ten']);
});

it('gives way to suggestions for new pictures, and begins again after them', async () => {
  const { state, measured, emit, stops, pass } = open();
  await pass(3500);
  state.busy = true;
  emit('import.finished');
  await pass(5000);
  expect(stops()).toBe(1);
  expect(measured).toEqual([]);
  state.busy = false;
  emit('assist.progress', { state: 'ready' });
  await pass(9000);
  expect(measured).toEqual(['ten']);
});

it('leaves a measurement that took long to whoever asks for it', async () => {
  const { state, measured, label, looked, pass } = open({ takesMs: 100_000 });
  await pass(104_000);
  expect(measured).toEqual(['ten']);
  // So long a measurement is not cheap: it waits to be asked for.
  label('eleven');
  looked();
  await pass(1_000_000);
  expect(measured).toEqual(['ten']);
  expect(state.measured).toBe('ten');
});
