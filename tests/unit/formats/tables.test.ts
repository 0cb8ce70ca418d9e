import { describe, expect, it } from 'vitest';
import { readCsv } from '../../../src-main/studio/formats/csv.ts';
import { readJsonLines } from '../../../src-main/studio/formats/json-lines.ts';
import { decodeText } from '../../../src-main/studio/formats/text.ts';

const pairs = ({ rows }: { rows: readonly { path: string; label: string }[] }) =>
  rows.map(({ path, label }) => [path, label]);

describe('bytes as text', () => {
  const text = 'path,label\r\né.jpg,Käfer\r\n';
  it.each([
    ['UTF-8', Buffer.from(text), null],
    ['UTF-8 with its mark', Buffer.from(`\uFEFF${text}`), null],
    ['UTF-16 with its mark', Buffer.from(`\uFEFF${text}`, 'utf16le'), 'read as UTF-16'],
    ['UTF-16 big-endian', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(), 'read as UTF-16'],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le'), 'read as UTF-16'],
    ['Latin-1', Buffer.from(text, 'latin1'), 'read as Latin-1'],
  ])('reads %s', (_, bytes, note) => {
    const decoded = decodeText(bytes);
    expect(decoded.text.replace('\uFEFF', '')).toBe(text);
    if (note === null) expect(decoded.note).toBeNull();
    else expect(decoded.note).toContain(note);
  });
});

describe('CSV', () => {
  it('reads quotes, line breaks in fields, and any order of columns', () => {
    const read = readCsv('label,split,path\r\n"a ""b"", c",train,"x\ny.jpg"\r\ncat,,z.jpg\r\n');
    expect(read.rows).toMatchObject([
      { path: 'x y.jpg', label: 'a "b", c', split: 'train', where: 'line 3' },
      { path: 'z.jpg', label: 'cat', split: null, where: 'line 4' },
    ]);
    expect(read.problems).toEqual([]);
  });

  it.each([
    ['semicolons', 'filename;class\na.jpg;cat\n'],
    ['tabs', 'file\tCategory\na.jpg\tcat'],
    ['old line ends', 'image,choice\ra.jpg,cat\r'],
    ['no header', 'a.jpg,cat\n'],
    ['empty lines', '\n\npath,label\n\na.jpg,cat\n\n'],
    ['a comma in a quoted header', '"path";"label";"a,b,c"\na.jpg;cat;1,2,3\n'],
  ])('reads %s', (_, text) => {
    expect(pairs(readCsv(text))).toEqual([['a.jpg', 'cat']]);
  });

  it('reports rows without a label or a picture, and a quote that is never closed', () => {
    const { rows, problems } = readCsv('path,label\na.jpg,\n,cat\nb.jpg,dog,extra\nc.jpg,"dog\n');
    expect(pairs({ rows })).toEqual([['b.jpg', 'dog']]);
    expect(problems).toMatchObject([
      { where: 'line 5', reason: 'A quote is opened in it and never closed.' },
      { where: 'line 2', path: 'a.jpg', reason: 'It has no label.' },
      { where: 'line 3', reason: 'It names no picture.' },
    ]);
  });

  it('says which column it misses', () => {
    expect(() => readCsv('path,weight,height,colour\na,1,2,3\n')).toThrow(
      'none of its columns (path, weight, height, colour) is known to hold labels. Call it one of: label',
    );
    expect(() => readCsv('')).toThrow('it is empty');
  });

  it('takes a picture by its hash alone', () => {
    const sha256 = 'A'.repeat(64);
    expect(readCsv(`sha256,label\n${sha256},cat\n`).rows).toMatchObject([
      { path: '', sha256: 'a'.repeat(64), label: 'cat' },
    ]);
  });
});

describe('JSON Lines', () => {
  it('reads the names other programs use, numbers and nested labels, and reports the rest', () => {
    const { rows, problems } = readJsonLines(
      [
        '{"file_name":"a.jpg","label":"cat","split":"val"}',
        '{"image":"b.jpg","label":3}',
        '{"filepath":"c.jpg","ground_truth":{"label":"dog"}}',
        '["d.jpg","cat"]',
        '{"path":"e.jpg"',
        '{"path":"f.jpg","label":null}',
      ].join('\r\n'),
    );
    expect(rows).toMatchObject([
      { path: 'a.jpg', label: 'cat', split: 'validation' },
      { path: 'b.jpg', label: '3' },
      { path: 'c.jpg', label: 'dog' },
    ]);
    expect(problems.map(({ where }) => where)).toEqual(['line 4', 'line 5', 'line 6']);
  });
});
