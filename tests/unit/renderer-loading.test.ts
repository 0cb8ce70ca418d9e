import { expect, it } from 'vitest';
import { LoadingQueue } from '../../src-renderer/pictures/loading.ts';

function queueOf(atOnce: number) {
  const soon: (() => void)[] = [];
  const started: string[] = [];
  const queue = new LoadingQueue(atOnce, (work) => soon.push(work));
  return {
    queue,
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
