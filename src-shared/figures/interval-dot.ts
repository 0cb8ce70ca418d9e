/** A value as a dot on its interval. */
import { type Drawing, line, shape } from './drawing.ts';
import { linear } from './scale.ts';

const width = 200;

/** @param ends of the scale, the same for all rows of a table */
export function intervalDot(
  { value, low, high }: { readonly value: number; readonly low: number; readonly high: number },
  ends: readonly [number, number],
): Drawing {
  const x = linear(ends, [8, width - 8]);
  return {
    width,
    height: 20,
    title: `${value.toFixed(2)}, ${low.toFixed(2)} to ${high.toFixed(2)}`,
    shapes: [
      line(`M${x(low)} 10H${x(high)}`, 'var(--accent)', { 'stroke-width': 3, opacity: 0.45 }),
      shape('circle', { cx: x(value), cy: 10, r: 5, fill: 'var(--accent)' }),
    ],
  };
}
