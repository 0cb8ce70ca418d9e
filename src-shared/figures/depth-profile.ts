/** What each block of a network sees of the pictures, from the stem up: up to three measures below each other. */
import type { Advice, Ranged } from '../advisor/advice.ts';
import { earlyBlocks } from '../recipes.ts';
import { across, axes, band, dot, upwards } from './axes.ts';
import { type Drawing, line, shape, words } from './drawing.ts';
import { path, ticks } from './scale.ts';

type Blocks = Advice['similarity']['byBlock'];

const width = 660;
const [left, right] = [44, width - 12];
const [head, gap, foot] = [20, 34, 22];
/** What a name of ten letters takes. */
const nameWidth = 70;

interface Measure {
  readonly title: string;
  readonly height: number;
  /** Of each block; null where it has nothing to measure. */
  readonly values: readonly (Ranged | null)[];
}

const measuresOf = (blocks: Blocks): readonly Measure[] =>
  [
    {
      title: 'Share that a classifier on this block gets right, of pictures that it has not seen',
      height: 130,
      values: blocks.map(({ probe }) => probe),
    },
    {
      title: 'How well its features explain the labels (LogME)',
      height: 80,
      values: blocks.map(({ logme }) => ({ value: logme, low: logme, high: logme })),
    },
    {
      title: 'Distance from the pictures that the network was trained on (divergence)',
      height: 80,
      values: blocks.map(({ divergence }) => divergence),
    },
  ].filter(({ values }) => values.some((value) => value !== null));

/** What the profile says, in a sentence. */
export function depthWords(blocks: Blocks): string {
  const last = blocks.at(-1)!;
  const early = blocks
    .slice(0, earlyBlocks(blocks.length))
    .reduce((best, each) => (each.probe.value > best.probe.value ? each : best));
  const share = ({ probe }: Blocks[number]) => probe.value.toFixed(2);
  return `A classifier on the last block, ${last.block}, gets ${share(last)} right; on the best early block, ${early.block}, ${share(early)}.`;
}

export function depthDrawing(title: string, blocks: Blocks): Drawing {
  const count = blocks.length;
  const early = earlyBlocks(count);
  const x = across({ left: left + 12, right: right - 12, top: 0, bottom: 0 }, namedOf(count), {
    domain: [0, Math.max(1, count - 1)],
    said: (i) => shortened(blocks[i]!.block),
  });
  const edge = (x.at(early - 1) + x.at(Math.min(early, count - 1))) / 2;
  const measures = measuresOf(blocks);
  let top = head;
  const panels = measures.map((measure, i) => {
    const plot = { left, right, top, bottom: top + measure.height };
    top = plot.bottom + gap;
    const known = measure.values.flatMap((value, at) => (value === null ? [] : [{ at, ...value }]));
    const lowest = Math.min(...known.map(({ low }) => low));
    const highest = Math.max(...known.map(({ high }) => high));
    const y = upwards(plot, ticks(lowest, highest, measure.height / 32));
    const along = (of: keyof Ranged) =>
      known.map((each) => ({ x: x.at(each.at), y: y.at(each[of]) }));
    const isLast = i === measures.length - 1;
    return [
      shape('rect', {
        ...{ x: left, y: plot.top, width: edge - left, height: measure.height },
        fill: 'var(--sunken)',
      }),
      words(measure.title, left, plot.top - 8, 'start', { fill: 'var(--text)' }),
      ...axes(plot, isLast ? { x, y } : { y }),
      ...(i === 0 ? [words('early blocks', edge - 6, plot.bottom - 6, 'end')] : []),
      ...band(along('low'), along('high')),
      line(path(along('value')), 'var(--accent)', {
        'stroke-width': 2,
        'stroke-linejoin': 'round',
      }),
      ...along('value').map((point) => dot(point.x, point.y, 2.5)),
    ];
  });
  return {
    width,
    height: top - gap + foot,
    title: `${title}. ${depthWords(blocks)}`,
    shapes: panels.flat(),
  };
}

export const depthColumns = [
  ...['block', 'probe', 'probe low', 'probe high', 'LogME'],
  ...['divergence', 'divergence low', 'divergence high'],
] as const;

export const depthRows = (blocks: Blocks) =>
  blocks.map(({ block, probe, logme, divergence }) => [
    ...[block, probe.value, probe.low, probe.high, logme],
    ...[divergence?.value ?? null, divergence?.low ?? null, divergence?.high ?? null],
  ]);

/** Blocks whose names there is room for; the last one is always among them. */
function namedOf(count: number): readonly number[] {
  const last = count - 1;
  const every = Math.ceil((count * nameWidth) / (right - left));
  return Array.from({ length: count }, (_, i) => i).filter(
    (i) => i === last || (i % every === 0 && last - i >= every),
  );
}

const shortened = (name: string) => (name.length > 11 ? `…${name.slice(-10)}` : name);
