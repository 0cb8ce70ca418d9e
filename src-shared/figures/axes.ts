/** What every figure with axes stands on: where values lie, lines across, and words beside them. */
import { line, type Shape, shape, words } from './drawing.ts';
import { linear, type Point, path } from './scale.ts';

/** The part of a drawing that values are drawn in, in pixels; the words are outside of it. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** One direction of a plot. */
export interface Axis {
  /** Where a value lies, in pixels. */
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
  /** What is written at a tick. */
  readonly said: (tick: number) => string;
}

interface AxisOptions {
  /** Values at the ends of the plot, where they are not the first and the last tick. */
  readonly domain?: readonly [number, number];
  readonly log?: boolean;
  readonly said?: Axis['said'];
}

function axis(
  ticks: readonly number[],
  range: readonly [number, number],
  { domain = [ticks[0]!, ticks.at(-1)!], log = false, said = String }: AxisOptions,
): Axis {
  const scale = log ? Math.log : (value: number) => value;
  const place = linear([scale(domain[0]), scale(domain[1])], range);
  return { at: (value) => place(scale(value)), ticks, said };
}

/** From left to right. */
export const across = (plot: Plot, ticks: readonly number[], options: AxisOptions = {}): Axis =>
  axis(ticks, [plot.left, plot.right], options);

/** From the bottom up. */
export const upwards = (plot: Plot, ticks: readonly number[], options: AxisOptions = {}): Axis =>
  axis(ticks, [plot.bottom, plot.top], options);

/** Lines across at the ticks of `y`, with their values; those of `x` below, and what both are. */
export function axes(
  { left, right, bottom }: Plot,
  { x, y, title }: { readonly x?: Axis; readonly y: Axis; readonly title?: string },
): readonly Shape[] {
  return [
    ...y.ticks.flatMap((tick) => [
      line(`M${left} ${y.at(tick)}H${right}`, 'var(--line)'),
      words(y.said(tick), left - 6, y.at(tick) + 4, 'end'),
    ]),
    ...(x?.ticks.map((tick) => words(x.said(tick), x.at(tick), bottom + 15, 'middle')) ?? []),
    ...(title === undefined ? [] : [words(title, (left + right) / 2, bottom + 31, 'middle')]),
  ];
}

/** A dashed line from top to bottom. */
export const mark = (x: number, { top, bottom }: Plot): Shape =>
  line(`M${x} ${top}V${bottom}`, 'var(--line-strong)', { 'stroke-dasharray': '2 3' });

/** An interval at a place. */
export const interval = (x: number, low: number, high: number): Shape =>
  line(`M${x} ${low}V${high}`, 'var(--accent)', { 'stroke-width': 1.5, opacity: 0.6 });

export const dot = (x: number, y: number, r: number, colour = 'var(--accent)'): Shape =>
  shape('circle', { cx: x, cy: y, r, fill: colour });

/** The area between two lines from left to right. */
export function band(low: readonly Point[], high: readonly Point[]): readonly Shape[] {
  if (low.length < 2) return [];
  const d = `${path(high)}L${path(low.toReversed()).slice(1)}Z`;
  return [shape('path', { d, fill: 'var(--accent)', 'fill-opacity': 0.14 })];
}
