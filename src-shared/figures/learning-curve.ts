/** Accuracy after some of the labels, the law through it, and what twice as many would bring. */
import type { Advice } from '../advisor/advice.ts';
import { accuracyAt, gainWords } from '../advisor/learning-curve.ts';
import { across, axes, dot, interval, mark, upwards } from './axes.ts';
import { type Drawing, line, shape, words } from './drawing.ts';
import { path, ticks } from './scale.ts';

type Amount = Advice['amount'];

const [width, height] = [660, 240];
const plot = { left: 44, right: width - 12, top: 8, bottom: height - 34 };
/** Points that a curve is drawn through. */
const smooth = 40;

/** By the law: with all labels of now, and with twice as many. */
function expected({ fit, labelled, gainFromDoubling: gain }: Amount) {
  const now = accuracyAt(fit, labelled);
  return {
    now: { images: labelled, accuracy: now },
    doubled: {
      images: 2 * labelled,
      accuracy: now + gain.value,
      low: now + gain.low,
      high: Math.min(1, now + gain.high),
    },
  };
}

export function learningCurveDrawing(title: string, amount: Amount): Drawing {
  const { curve, fit } = amount;
  const { now, doubled } = expected(amount);
  const first = Math.max(1, curve[0]!.images);
  const x = across(
    { ...plot, left: plot.left + 16, right: plot.right - 24 },
    [...curve.map(({ images }) => images), now.images, doubled.images],
    { domain: [first, doubled.images], log: true, said: (images) => images.toLocaleString('en') },
  );
  const lowest = Math.min(doubled.low, ...curve.map(({ low }) => low));
  const highest = Math.max(doubled.high, ...curve.map(({ high }) => high));
  const y = upwards(plot, ticks(lowest, highest, 5));
  const law = (from: number, to: number) =>
    path(
      Array.from({ length: smooth + 1 }, (_, i) => {
        const images = from * (to / from) ** (i / smooth);
        return { x: x.at(images), y: y.at(accuracyAt(fit, images)) };
      }),
    );
  const [here, there] = [x.at(now.images), x.at(doubled.images)];
  return {
    width,
    height,
    title: `${title}. ${gainWords(amount.gainFromDoubling)}`,
    shapes: [
      ...axes(plot, { x, y, title: 'labelled pictures → share that is right ↑' }),
      shape('path', {
        d: `M${here} ${y.at(now.accuracy)}L${there} ${y.at(doubled.high)}V${y.at(doubled.low)}Z`,
        fill: 'var(--accent)',
        'fill-opacity': 0.14,
      }),
      line(law(first, now.images), 'var(--accent)', { 'stroke-width': 2 }),
      line(law(now.images, doubled.images), 'var(--accent)', {
        'stroke-width': 2,
        'stroke-dasharray': '5 4',
      }),
      ...curve.flatMap(({ images, accuracy, low, high }) => [
        interval(x.at(images), y.at(low), y.at(high)),
        dot(x.at(images), y.at(accuracy), 4),
      ]),
      mark(here, plot),
      words('now', here - 6, plot.top + 10, 'end'),
      interval(there, y.at(doubled.low), y.at(doubled.high)),
      shape('circle', {
        ...{ cx: there, cy: y.at(doubled.accuracy), r: 4 },
        ...{ fill: 'var(--panel)', stroke: 'var(--accent)', 'stroke-width': 2 },
      }),
    ],
  };
}

export const learningCurveColumns = ['labels', 'pictures', 'accuracy', 'low', 'high'] as const;

export function learningCurveRows(amount: Amount) {
  const { now, doubled } = expected(amount);
  return [
    ...amount.curve.map(({ fraction, images, accuracy, low, high }) => [
      ...[`${Math.round(100 * fraction)} %`, images, accuracy, low, high],
    ]),
    ['all, by the law', now.images, now.accuracy, null, null],
    ['twice as many, by the law', doubled.images, doubled.accuracy, doubled.low, doubled.high],
  ];
}
