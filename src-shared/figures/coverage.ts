/** What is left, and how much of it is right, when nothing is answered below a confidence. */
import type { CoveragePoint } from '../calibration.ts';
import { mark } from './curves.ts';
import { type Drawing, line, shape, words } from './drawing.ts';
import { linear, path, ticks } from './scale.ts';

const [width, height] = [340, 260];
const edge = { left: 40, right: 10, top: 8, bottom: 34 };
const x = linear([0, 1], [edge.left, width - edge.right]);

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
  const yTicks = ticks(lowest, 1, 4).filter((tick) => tick <= 1);
  const y = linear([yTicks[0]!, 1], [height - edge.bottom, edge.top]);
  const along = (of: 'low' | 'high' | 'accuracy') =>
    curve.map((point) => ({ x: x(point.coverage), y: y(point[of]) }));
  const band =
    curve.length < 2 ? '' : `${path(along('high'))}L${path(along('low').toReversed()).slice(1)}Z`;
  const said = at
    ? `answers ${at.coverage.toFixed(2)} of the pictures and is right on ${at.accuracy.toFixed(2)} of them`
    : '';
  return {
    width,
    height,
    title: `${title}. ${said}`,
    shapes: [
      ...yTicks.flatMap((tick) => [
        line(`M${edge.left} ${y(tick)}H${width - edge.right}`, 'var(--line)'),
        words(tick, edge.left - 6, y(tick) + 4, 'end'),
      ]),
      ...[0, 0.25, 0.5, 0.75, 1].map((tick) => words(tick, x(tick), height - 20, 'middle')),
      words('share answered → share that is right ↑', x(0.5), height - 4, 'middle'),
      shape('path', { d: band, fill: 'var(--accent)', 'fill-opacity': 0.14 }),
      line(path(along('accuracy')), 'var(--accent)', { 'stroke-width': 2 }),
      ...(at
        ? [
            mark(x(at.coverage), edge.top, height - edge.bottom),
            shape('circle', {
              ...{ cx: x(at.coverage), cy: y(at.accuracy), r: 5 },
              fill: 'var(--accent)',
            }),
          ]
        : []),
    ],
  };
}
