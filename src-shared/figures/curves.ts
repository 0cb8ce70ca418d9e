/** Values by epoch. */
import { across, axes, dot, mark, upwards } from './axes.ts';
import { type Drawing, line } from './drawing.ts';
import { path, ticks } from './scale.ts';

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
  const plot = { left: 40, right: width - 12, top: 8, bottom: height - 22 };
  const all = drawn.flatMap(({ values }) => values.filter(Number.isFinite));
  const yTicks = ticks(Math.min(...all, top ?? Infinity), top ?? Math.max(...all), 4);
  const y = upwards(plot, yTicks);
  const last = Math.max(epochs, 2, ...drawn.map(({ values }) => values.length));
  const xTicks = ticks(1, last, Math.max(2, width / 90)).filter(
    (tick) => Number.isInteger(tick) && tick >= 1 && tick <= last,
  );
  const x = across(plot, xTicks, { domain: [1, last] });
  const summary = drawn
    .map(({ name, values }) => `${name}: ${values.at(-1)!.toFixed(2)} after ${values.length}`)
    .join('; ');
  return {
    width,
    height,
    title: `${title} by epoch. ${summary}`,
    shapes: [
      ...axes(plot, { x, y }),
      ...(marked ? [mark(x.at(marked), plot)] : []),
      ...drawn.flatMap(({ colour, dashed, values }) => [
        line(path(values.map((value, i) => ({ x: x.at(i + 1), y: y.at(value) }))), colour, {
          'stroke-width': 2,
          'stroke-linejoin': 'round',
          ...(dashed ? { 'stroke-dasharray': '5 4' } : {}),
        }),
        ...(values.length === 1 ? [dot(x.at(1), y.at(values[0]!), 2.5, colour)] : []),
      ]),
    ],
  };
}
