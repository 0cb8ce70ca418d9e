import { describe, expect, it } from 'vitest';
import {
  cookieName,
  isFitToken,
  isLoopbackHost,
  isSameToken,
  newToken,
} from '../../src-main/web/guard.ts';
import { createJournal } from '../../src-main/web/journal.ts';
import { pageFile } from '../../src-main/web/page.ts';
import { parseAddress, retryDelay } from '../../src-shared/connection.ts';
import { epochEvent } from '../helpers/fake-studio.ts';

describe('the guard', () => {
  it.each(['127.0.0.1', '127.0.0.1:80', 'localhost:4725', 'LOCALHOST:1', '[::1]:65535'])(
    'takes %s for this computer',
    (host) => expect(isLoopbackHost(host)).toBe(true),
  );

  it.each([
    undefined,
    '',
    'example.com',
    'example.com:4725',
    '127.0.0.1.example.com',
    '127.0.0.1:4725.example.com',
    'localhost.example.com:4725',
    'evil@localhost',
    '0.0.0.0:4725',
    '192.168.0.2:4725',
    '[::1%25lo]:1',
  ])('does not take %s for it', (host) => expect(isLoopbackHost(host)).toBe(false));

  it('compares tokens of any length', () => {
    const token = newToken();
    expect(isSameToken(token, token)).toBe(true);
    expect(isSameToken('', token)).toBe(false);
    expect(isSameToken(`${token}x`, token)).toBe(false);
    expect(isSameToken(newToken(), token)).toBe(false);
  });

  it('makes tokens of 256 bits that a cookie and a subprotocol can carry', () => {
    expect(newToken()).toMatch(/^[\w-]{43}$/);
    expect(isFitToken(newToken())).toBe(true);
    for (const unfit of ['', 'short', 'a token with spaces', 'semicolon;semicolon']) {
      expect(isFitToken(unfit), unfit).toBe(false);
    }
  });

  it('names a cookie by the port that the browser sees', () => {
    expect(cookieName('localhost:9000')).toBe('graft-9000');
    expect(cookieName('[::1]:9001')).toBe('graft-9001');
    expect(cookieName('localhost')).toBe('graft-80');
  });
});

describe('the page', () => {
  it.each([
    ['/', '/page/index.html'],
    ['/assets/a-1.js', '/page/assets/a-1.js'],
    ['/with%20space.css', '/page/with space.css'],
    ['/a/../b.js', '/page/b.js'],
  ])('finds %s', (pathname, file) => expect(pageFile('/page', pathname)).toBe(file));

  it.each([
    '/../secret',
    '/%2e%2e/secret',
    '/..%2fsecret',
    '/assets/..%2f..%2fsecret',
    '/..%5csecret',
    '/%00',
    '/%',
    '/%c0%ae%c0%ae/secret',
    '/../page-of-another/index.html',
  ])('finds nothing outside by %s', (pathname) => expect(pageFile('/page', pathname)).toBeNull());
});

describe('the journal', () => {
  const seqs = (entries: readonly { seq: number }[] | null) => entries?.map(({ seq }) => seq);

  it('gives what came after a number', () => {
    const journal = createJournal();
    expect(journal.after(0)).toEqual([]);
    for (let epoch = 1; epoch <= 5; epoch++) journal.append(epochEvent(1, epoch));
    expect(journal.seq).toBe(5);
    expect(seqs(journal.after(0))).toEqual([1, 2, 3, 4, 5]);
    expect(seqs(journal.after(3))).toEqual([4, 5]);
    expect(seqs(journal.after(5))).toEqual([]);
  });

  it('says when it has forgotten, and when a number is not of its own', () => {
    const journal = createJournal(3);
    for (let epoch = 1; epoch <= 5; epoch++) journal.append(epochEvent(1, epoch));
    expect(seqs(journal.after(2))).toEqual([3, 4, 5]);
    expect(journal.after(1)).toBeNull();
    expect(journal.after(6)).toBeNull();
  });

  it('keeps fewer events when they are long', () => {
    const journal = createJournal(100, 500);
    for (let epoch = 1; epoch <= 10; epoch++) journal.append(epochEvent(1, epoch));
    expect(journal.after(0)).toBeNull();
    expect(seqs(journal.after(9))).toEqual([10]);
  });
});

describe('the address of a studio', () => {
  it('is taken apart', () => {
    expect(parseAddress('http://127.0.0.1:4725/?token=abc')).toEqual({
      base: 'http://127.0.0.1:4725/',
      token: 'abc',
    });
    expect(parseAddress('http://localhost:1#label')).toEqual({
      base: 'http://localhost:1/',
      token: null,
    });
  });

  it.each(['', 'localhost:4725', 'ftp://localhost/', '/tmp'])('is not "%s"', (url) => {
    expect(() => parseAddress(url)).toThrow(/is not the address of a studio/);
  });

  it('is tried again quickly at first, then calmly, never in step', () => {
    expect(retryDelay(0, () => 1)).toBe(100);
    expect(retryDelay(0, () => 0)).toBe(50);
    expect(retryDelay(3, () => 1)).toBe(800);
    expect(retryDelay(60, () => 1)).toBe(10_000);
  });
});
