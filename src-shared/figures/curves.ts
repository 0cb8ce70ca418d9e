/** Values by epoch. */
import { type Drawing, line, type Shape, shape, words } from './drawing.ts';
import { linear, path, ticks } from './scale.ts';

export interface Curve {
  readonly name: string;
  /** A CSS colour. */
  readonly colour: string;
  readonly dashed?: boolean;
  /** One value an epoch, from the first. */
  readonly values: readonly number[];
}

export interface CurvesOf {
  /** What is drawn: "Validation accuracy". */
  readonly title: string;
  readonly curves: readonly Curve[];
  /** Epochs that the axis reaches, at least. */
  readonly epochs: number;
  /** The axis ends here if it is given, else where the values do. */
  readonly top?: number | undefined;
  /** Marks an epoch: the one whose weights were kept. */
  readonly marked?: number | undefined;
}

export const curvesHeight = 180;
const edge = { left: 40, right: 12, top: 8, bottom: 22 };

/** Those that have begun. */
export const drawnCurves = (curves: readonly Curve[]): readonly Curve[] =>
  curves.filter(({ values }) => values.some(Number.isFinite));

/** @returns null while there is no value to draw */
export function curvesDrawing(
  { title, curves, epochs, top, marked }: CurvesOf,
  width: number,
): Drawing | null {
  const drawn = drawnCurves(curves);
  if (drawn.length === 0) return null;
  const height = curvesHeight;
  const all = drawn.flatMap(({ values }) => values.filter(Number.isFinite));
  const yTicks = ticks(Math.min(...all, top ?? Infinity), top ?? Math.max(...all), 4);
  const last = Math.max(epochs, 2, ...drawn.map(({ values }) => values.length));
  const xTicks = ticks(1, last, Math.max(2, width / 90)).filter(
    (tick) => Number.isInteger(tick) && tick >= 1 && tick <= last,
  );
  const x = linear([1, last], [edge.left, width - edge.right]);
  const y = linear([yTicks[0]!, yTicks.at(-1)!], [height - edge.bottom, edge.top]);
  const summary = drawn
    .map(({ name, values }) => `${name}: ${values.at(-1)!.toFixed(2)} after ${values.length}`)
    .join('; ');
  return {
    width,
    height,
    title: `${title} by epoch. ${summary}`,
    shapes: [
      ...yTicks.flatMap((tick) => [
        line(`M${edge.left} ${y(tick)}H${width - edge.right}`, 'var(--line)'),
        words(tick, edge.left - 6, y(tick) + 4, 'end'),
      ]),
      ...xTicks.map((tick) => words(tick, x(tick), height - 6, 'middle')),
      ...(marked ? [mark(x(marked), edge.top, height - edge.bottom)] : []),
      ...drawn.flatMap(({ colour, dashed, values }) => [
        line(path(values.map((value, i) => ({ x: x(i + 1), y: y(value) }))), colour, {
          'stroke-width': 2,
          'stroke-linejoin': 'round',
          ...(dashed ? { 'stroke-dasharray': '5 4' } : {}),
        }),
        ...(values.length === 1
          ? [shape('circle', { cx: x(1), cy: y(values[0]!), r: 2.5, fill: colour })]
          : []),
      ]),
    ],
  };
}

/** A dashed line from top to bottom. */
export const mark = (x: number, top: number, bottom: number): Shape =>
  line(`M${x} ${top}V${bottom}`, 'var(--line-strong)', { 'stroke-dasharray': '2 3' });
