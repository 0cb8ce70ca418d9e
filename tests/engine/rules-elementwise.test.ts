/** Rules of one number at a time, of two, and of sums, over random shapes. */
import { describe, it } from 'vitest';
import { elementwise } from '../helpers/operators/elementwise.ts';
import { Draw, expectSampledGradients } from '../helpers/sampled-gradients.ts';

const rounds = 5;

describe.each(Object.entries(elementwise))('%s', (name, property) => {
  it.each(Array.from({ length: rounds }, (_, i) => i))('in random case %i', async (round) => {
    const [op] = name.split(/[ ,]/);
    await expectSampledGradients(property(new Draw(`${op} ${round}`)));
  });
});
