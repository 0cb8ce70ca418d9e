/** The course's square: similar above, lots to the right, with a dot where the pictures stand and how sure that is. */
import { type Advice, quadrantNames } from '../advisor/advice.ts';
import { square } from '../advisor/square.ts';
import { recipes } from '../recipes.ts';
import { dot, type Plot } from './axes.ts';
import { type Drawing, shape, words } from './drawing.ts';

export const squareSize = { width: 360, height: 316 };
/** Where the quadrants are. */
export const squarePlot: Plot = { left: 22, right: 360, top: 0, bottom: 294 };
const { left, right, top, bottom } = squarePlot;
const half = { width: (right - left) / 2, height: (bottom - top) / 2 };
const at = {
  x: (amount: number) => left + (right - left) * amount,
  y: (similarity: number) => bottom - (bottom - top) * similarity,
};
/** An uncertainty that is smaller than the dot would not be seen. */
const leastRadius = 9;

const cells = quadrantNames.map((name) => ({
  name,
  x: left + (name.endsWith('lots') ? half.width : 0),
  y: top + (name.startsWith('different') ? half.height : 0),
  /** Away from the middle and from the left, where the dot is often. */
  words: name.startsWith('different') ? bottom - 34 : top + 24,
  title: square[name].title,
  recipe: recipes[square[name].recipe].title,
}));

/** @param advice null before anything is measured: the square without a dot */
export function squareDrawing(advice: Advice | null): Drawing {
  return {
    ...squareSize,
    title: advice
      ? squareWords(advice)
      : 'How similar your pictures are to what the network knows, and how many are labelled: not measured yet',
    shapes: [
      ...cells.map(({ name, x, y }) =>
        shape('rect', {
          ...{ x: x + 1, y: y + 1, width: half.width - 2, height: half.height - 2, rx: 4 },
          fill: name === advice?.quadrant ? 'var(--accent-soft)' : 'var(--sunken)',
        }),
      ),
      ...(advice ? [uncertainty(advice)] : []),
      ...cells.flatMap(({ title, recipe, x, words: y }) => [
        words(title, x + half.width - 12, y, 'end', {
          ...{ fill: 'var(--text)', 'font-size': 'var(--text-s)', 'font-weight': 600 },
        }),
        words(recipe, x + half.width - 12, y + 17, 'end', { 'font-size': 'var(--text-s)' }),
      ]),
      words('few labels → many', (left + right) / 2, bottom + 17, 'middle'),
      words('different → similar', 12, (top + bottom) / 2, 'middle', {
        transform: `rotate(-90 12 ${(top + bottom) / 2})`,
      }),
      ...(advice ? [dot(at.x(advice.amount.score), at.y(advice.similarity.score), 6)] : []),
    ],
  };
}

const uncertainty = ({ amount, similarity }: Advice) =>
  shape('ellipse', {
    cx: at.x((amount.low + amount.high) / 2),
    cy: at.y((similarity.low + similarity.high) / 2),
    rx: Math.max(leastRadius, ((right - left) * (amount.high - amount.low)) / 2),
    ry: Math.max(leastRadius, ((bottom - top) * (similarity.high - similarity.low)) / 2),
    fill: 'var(--accent)',
    'fill-opacity': 0.15,
    stroke: 'var(--accent)',
    'stroke-dasharray': '4 3',
  });

interface Score {
  readonly score: number;
  readonly low: number;
  readonly high: number;
}

const scoreWords = ({ score, low, high }: Score) =>
  `${score.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;

/** Where the dot is, in words. */
export const squareWords = ({ quadrant, similarity, amount }: Advice): string =>
  `${square[quadrant].title}: similarity ${scoreWords(similarity)}, amount ${scoreWords(amount)}, each from 0 to 1`;

export const squareColumns = ['measure', 'score', 'low', 'high'] as const;

export function squareRows({ similarity, amount }: Advice) {
  const parts = (Object.keys(partTitles) as (keyof typeof partTitles)[]).flatMap((name) => {
    const part = similarity.parts[name];
    return part === null ? [] : [[partTitles[name], part.value, part.low, part.high]];
  });
  return [
    ['similarity', similarity.score, similarity.low, similarity.high],
    ...parts,
    ['amount', amount.score, amount.low, amount.high],
  ];
}

const partTitles = {
  probes: 'by classifiers on its blocks',
  logme: 'by LogME',
  statistics: 'by its statistics',
  head: 'by its own answers',
} as const;
