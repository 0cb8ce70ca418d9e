import type { ImageFilter, StatisticsBar } from '../../../src-shared/domain.ts';
import { bytes } from '../../parts/words.ts';

interface Figure {
  readonly title: string;
  readonly kind: 'side' | 'bytes' | 'aspect' | 'brightness';
  readonly words: (bar: StatisticsBar) => string;
  /** The pictures behind a bar. */
  readonly filter: (bar: StatisticsBar) => ImageFilter;
}

const between = ({ from, to }: StatisticsBar, shown: (value: number) => string) => {
  if (to === null) return `from ${shown(from)}`;
  return from === 0 ? `under ${shown(to)}` : `${shown(from)} to ${shown(to)}`;
};

/** Whole numbers: up to the one before the next bar's first. */
const whole = ({ from, to }: StatisticsBar) => ({ from, ...(to !== null && { to: to - 1 }) });

export const figures: readonly Figure[] = [
  {
    title: 'Size: the shorter side',
    kind: 'side',
    words: (bar) => between(bar, (value) => `${value} px`),
    filter: (bar) => ({ size: { of: 'side', ...whole(bar) } }),
  },
  {
    title: 'Size of the file',
    kind: 'bytes',
    words: (bar) => between(bar, bytes),
    filter: (bar) => ({ size: { of: 'bytes', ...whole(bar) } }),
  },
  {
    title: 'Shape: width by height',
    kind: 'aspect',
    words: (bar) =>
      bar.from === 0.95
        ? 'square'
        : between(bar, (value) => value.toFixed(2).replace(/\.?0+$/, '')),
    filter: ({ from, to }) => ({ aspect: { from, ...(to !== null && { to }) } }),
  },
  {
    title: 'Brightness: 0 is black, 255 white',
    kind: 'brightness',
    words: (bar) => between(bar, String),
    filter: (bar) => ({ brightness: whole(bar) }),
  },
];
