/** What is left, and how much of it is right, when nothing is answered below a confidence. */
import type { CoveragePoint } from '../calibration.ts';
import { across, axes, band, dot, mark, upwards } from './axes.ts';
import { type Drawing, line } from './drawing.ts';
import { path, ticks } from './scale.ts';

const [width, height] = [340, 260];
const plot = { left: 40, right: width - 10, top: 8, bottom: height - 34 };
const x = across(plot, [0, 0.25, 0.5, 0.75, 1]);

/**
 * @param curve from the point at which all are answered upwards
 * @param at where the threshold stands
 */
export function coverageDrawing(
  title: string,
  curve: readonly CoveragePoint[],
  at: CoveragePoint | null,
): Drawing {
  const lowest = Math.min(0.9, ...curve.map(({ low }) => low));
  const y = upwards(
    plot,
    ticks(lowest, 1, 4).filter((tick) => tick <= 1),
  );
  const along = (of: 'low' | 'high' | 'accuracy') =>
    curve.map((point) => ({ x: x.at(point.coverage), y: y.at(point[of]) }));
  const said = at
    ? `answers ${at.coverage.toFixed(2)} of the pictures and is right on ${at.accuracy.toFixed(2)} of them`
    : '';
  return {
    width,
    height,
    title: `${title}. ${said}`,
    shapes: [
      ...axes(plot, { x, y, title: 'share answered → share that is right ↑' }),
      ...band(along('low'), along('high')),
      line(path(along('accuracy')), 'var(--accent)', { 'stroke-width': 2 }),
      ...(at ? [mark(x.at(at.coverage), plot), dot(x.at(at.coverage), y.at(at.accuracy), 5)] : []),
    ],
  };
}
