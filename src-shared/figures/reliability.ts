/** How often what was said with a confidence was right; on the dashed line it means what it says. */
import type { Reliability } from '../calibration.ts';
import { type Drawing, line, shape, words } from './drawing.ts';
import { linear } from './scale.ts';

const [width, height] = [340, 260];
const edge = { left: 36, right: 10, top: 8, bottom: 34 };
const ticks = [0, 0.25, 0.5, 0.75, 1];
const x = linear([0, 1], [edge.left, width - edge.right]);
const y = linear([0, 1], [height - edge.bottom, edge.top]);

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
      ...ticks.flatMap((tick) => [
        line(`M${edge.left} ${y(tick)}H${width - edge.right}`, 'var(--line)'),
        words(tick, edge.left - 6, y(tick) + 4, 'end'),
        words(tick, x(tick), height - 20, 'middle'),
      ]),
      words('confidence → share that is right ↑', x(0.5), height - 4, 'middle'),
      ...filled.flatMap(({ from, to, accuracy, confidence }) => [
        shape('rect', {
          x: x(from) + 1,
          width: x(to) - x(from) - 2,
          y: y(accuracy!.value),
          height: y(0) - y(accuracy!.value),
          fill: 'var(--accent)',
          'fill-opacity': 0.28,
        }),
        line(`M${x(confidence!)} ${y(accuracy!.low)}V${y(accuracy!.high)}`, 'var(--accent)', {
          'stroke-width': 1.5,
          opacity: 0.6,
        }),
        shape('circle', {
          ...{ cx: x(confidence!), cy: y(accuracy!.value), r: 3 },
          fill: 'var(--accent)',
        }),
      ]),
      line(`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`, 'var(--line-strong)', { 'stroke-dasharray': '4 4' }),
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
