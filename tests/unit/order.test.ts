import { expect, it } from 'vitest';
import { inOrder } from '../../src-main/engine/assist/order.ts';
import { uniform } from '../helpers/random.ts';

it('orders places by their numbers, the first of equals first', () => {
  const numbers = [0.5, 0, 1, 0.5, 0.25, 0];
  const places = Int32Array.from(numbers.keys());
  expect([...inOrder(places, (place) => numbers[place]!)]).toEqual([1, 5, 4, 0, 3, 2]);
  expect([...inOrder(Int32Array.of(3, 0, 2), (place) => numbers[place]!)]).toEqual([0, 3, 2]);
});

it('orders many as a function to compare does', () => {
  const numbers = uniform('order', 50_000, 0, 1);
  const places = Int32Array.from(numbers.keys());
  const expected = places.toSorted((a, b) => numbers[a]! - numbers[b]! || a - b);
  const apart = inOrder(places, (place) => numbers[place]!).map(
    (place, i) => +(Math.abs(numbers[place]! - numbers[expected[i]!]!) > 2 ** -25),
  );
  expect(apart).not.toContain(1);
});
