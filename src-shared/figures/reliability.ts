/** How often what was said with a confidence was right; on the dashed line it means what it says. */
import type { Reliability } from '../calibration.ts';
import { across, axes, dot, interval, upwards } from './axes.ts';
import { type Drawing, line, shape } from './drawing.ts';

const [width, height] = [340, 260];
const plot = { left: 36, right: width - 10, top: 8, bottom: height - 34 };
const ticks = [0, 0.25, 0.5, 0.75, 1];
const x = across(plot, ticks);
const y = upwards(plot, ticks);

export function reliabilityDrawing(title: string, { bins, ece }: Reliability): Drawing {
  const filled = bins.filter(({ count }) => count > 0);
  const said = filled
    .map(
      ({ confidence, accuracy, count }) =>
        `said with ${confidence!.toFixed(2)}, right ${accuracy!.value.toFixed(2)} of ${count}`,
    )
    .join('; ');
  return {
    width,
    height,
    title: `${title}, expected calibration error ${ece.toFixed(3)}. ${said}`,
    shapes: [
      ...axes(plot, { x, y, title: 'confidence → share that is right ↑' }),
      ...filled.flatMap(({ from, to, accuracy, confidence }) => [
        shape('rect', {
          x: x.at(from) + 1,
          width: x.at(to) - x.at(from) - 2,
          y: y.at(accuracy!.value),
          height: plot.bottom - y.at(accuracy!.value),
          fill: 'var(--accent)',
          'fill-opacity': 0.28,
        }),
        interval(x.at(confidence!), y.at(accuracy!.low), y.at(accuracy!.high)),
        dot(x.at(confidence!), y.at(accuracy!.value), 3),
      ]),
      line(`M${plot.left} ${plot.bottom}L${plot.right} ${plot.top}`, 'var(--line-strong)', {
        'stroke-dasharray': '4 4',
      }),
    ],
  };
}

export const reliabilityColumns = [
  ...['from', 'to', 'pictures', 'mean confidence', 'share right', 'low', 'high'],
] as const;

export const reliabilityRows = ({ bins }: Reliability) =>
  bins.map(({ from, to, count, confidence, accuracy }) => [
    ...[from, to, count, confidence],
    ...[accuracy?.value ?? null, accuracy?.low ?? null, accuracy?.high ?? null],
  ]);
