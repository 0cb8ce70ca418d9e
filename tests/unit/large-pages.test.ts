import { expect, it } from 'vitest';
import { withLargePages } from '../../src-main/engine/memory/large-pages.ts';

const asked = (said?: string) =>
  withLargePages({ HOME: '/home/a', GLIBC_TUNABLES: said }).GLIBC_TUNABLES?.split(':');

const all = [
  'glibc.malloc.hugetlb=1',
  'glibc.malloc.mmap_threshold=33554432',
  'glibc.malloc.trim_threshold=2147483648',
];

it('asks for large pages that are kept, beside what else was said', () => {
  expect(asked()).toEqual(all);
  expect(asked('')).toEqual(all);
  expect(asked('glibc.malloc.check=3')).toEqual(['glibc.malloc.check=3', ...all]);
  expect(withLargePages({ HOME: '/home/a' }).HOME).toBe('/home/a');
});

it('leaves what was said of the same', () => {
  expect(asked('glibc.malloc.hugetlb=0')).toEqual(['glibc.malloc.hugetlb=0', ...all.slice(1)]);
});
