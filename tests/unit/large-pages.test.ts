import { expect, it } from 'vitest';
import { withLargePages } from '../../src-main/engine/memory/large-pages.ts';

const asked = (said?: string) => withLargePages({ GLIBC_TUNABLES: said }).GLIBC_TUNABLES;

it('asks for large pages beside what else was said', () => {
  expect(asked()).toBe('glibc.malloc.hugetlb=1');
  expect(asked('')).toBe('glibc.malloc.hugetlb=1');
  expect(asked('glibc.malloc.check=3')).toBe('glibc.malloc.check=3:glibc.malloc.hugetlb=1');
  expect(withLargePages({ HOME: '/home/a' }).HOME).toBe('/home/a');
});

it('leaves what was said of them', () => {
  expect(asked('glibc.malloc.hugetlb=0')).toBe('glibc.malloc.hugetlb=0');
});
