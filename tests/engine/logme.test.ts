/** LogME against the numbers of its authors' code, and the eigenvectors that it stands on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eigenSymmetric } from '../../src-main/engine/advise/eigen.ts';
import { logme } from '../../src-main/engine/advise/logme.ts';
import { uniform } from '../helpers/random.ts';

interface Case {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  readonly pull: number;
  readonly value: number;
}
const cases = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'logme.json'), 'utf8'),
) as Case[];

it.each(cases)('gives the authors’ number: $name', ({ name, rows, columns, ...rest }) => {
  const { classes, pull, value } = rest;
  const data = uniform(name, rows * columns);
  const labels = Array.from({ length: rows }, (_, i) => i % classes);
  for (const [i, label] of labels.entries()) data[i * columns + label]! += pull;
  // The wide one stops at another tolerance than ours.
  expect(logme({ rows, columns, data }, labels, classes)).toBeCloseTo(
    value,
    name === 'wide' ? 2 : 5,
  );
});

it('finds the eigenvectors of a symmetric matrix', () => {
  const n = 12;
  const draw = uniform('symmetric', n * n);
  const matrix = Float64Array.from(draw, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return draw[Math.min(i, j) * n + Math.max(i, j)]!;
  });
  const { values, vectors } = eigenSymmetric(matrix, n);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      let product = 0;
      for (let j = 0; j < n; j++) product += matrix[i * n + j]! * vectors[j * n + k]!;
      expect(product).toBeCloseTo(values[k]! * vectors[i * n + k]!, 9);
    }
  }
});
