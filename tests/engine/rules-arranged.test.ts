/** Rules of operators that move numbers, and of those that slide over maps, over random shapes. */
import { describe, it } from 'vitest';
import { arranged } from '../helpers/operators/arranged.ts';
import { Draw, expectSampledGradients } from '../helpers/sampled-gradients.ts';

const rounds = 8;

describe.each(Object.entries(arranged))('%s', (name, property) => {
  it.each(Array.from({ length: rounds }, (_, i) => i))('in random case %i', async (round) => {
    await expectSampledGradients(property(new Draw(`${name} ${round}`)));
  });
});
