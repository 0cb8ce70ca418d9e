import { expect, it } from 'vitest';
import { LoadingQueue } from '../../src-renderer/pictures/loading.ts';

function queueOf(atOnce: number) {
  const soon: (() => void)[] = [];
  const started: string[] = [];
  let now = 0;
  const queue = new LoadingQueue(
    atOnce,
    (work) => soon.push(work),
    () => now,
  );
  return {
    queue,
    wait: (ms: number) => {
      now += ms;
    },
    started,
    loading: (name: string) => ({ start: () => started.push(name) }),
    frame: () => {
      for (const work of soon.splice(0)) work();
    },
  };
}

it('loads what came last first, and so many at once', () => {
  const { queue, started, loading, frame } = queueOf(2);
  const all = ['a', 'b', 'c', 'd'].map(loading);
  for (const one of all) queue.add(one);
  expect(started).toEqual([]);
  frame();
  expect(started).toEqual(['d', 'c']);
  frame();
  expect(started).toHaveLength(2);
  queue.done(all[3]!);
  frame();
  expect(started).toEqual(['d', 'c', 'b']);
});

it('never loads what has left again', () => {
  const { queue, started, loading, frame } = queueOf(1);
  const [a, b, c] = [loading('a'), loading('b'), loading('c')];
  for (const one of [a, b, c]) queue.add(one);
  queue.done(b);
  frame();
  queue.done(c);
  frame();
  expect(started).toEqual(['c', 'a']);
});

it('does not begin with what a fast scroll passes by', () => {
  const { queue, started, loading, frame, wait } = queueOf(2);
  const first = loading('first');
  queue.add(first);
  frame();
  expect(started).toEqual(['first']);
  queue.done(first);
  for (let row = 0; row < 10; row++) {
    wait(30);
    const passed = loading(`row ${row}`);
    queue.add(passed);
    frame();
    wait(10);
    queue.done(passed);
  }
  const last = loading('last');
  queue.add(last);
  frame();
  expect(started).toEqual(['first']);
  wait(60);
  frame();
  expect(started).toEqual(['first', 'last']);
});
