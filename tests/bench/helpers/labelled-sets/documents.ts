/** Pictures of things that are printed: barcodes, charts, words of many scripts. */
import sharp from 'sharp';
import type { Random } from '../../../../src-shared/random.ts';
import { fontFile, fromPackage } from './packages.ts';
import { between, hex, type LabelledSet, onPaper, pick } from './set.ts';

/** Barcodes of six kinds with random contents, of any size, turned a little, in dark on light. */
export async function barcodes(): Promise<LabelledSet> {
  const kinds = {
    qrcode: 24,
    azteccode: 24,
    datamatrix: 24,
    pdf417: 24,
    code128: 12,
    interleaved2of5: 12,
  };
  const { toSVG } = await fromPackage<{ readonly toSVG: (options: object) => string }>('bwip-js');
  const classes = Object.keys(kinds) as (keyof typeof kinds)[];
  return {
    name: 'barcodes',
    classes,
    picture(label, _index, random) {
      const bcid = classes[label]!;
      const length = 2 * Math.round(between(random, 0.2, 0.5) * kinds[bcid]);
      const text = Array.from({ length }, () => Math.floor(10 * random())).join('');
      const svg = toSVG({ bcid, text, barcolor: hex(random, 0, 110).slice(1) });
      return onPaper(sharp(Buffer.from(svg), { density: 200 }), random, {
        share: [0.5, 0.85],
        angle: 12,
      });
    },
  };
}

type Draw = (random: Random, ink: () => string) => string;

const bars = (random: Random) =>
  Array.from({ length: Math.round(between(random, 4, 8)) }, () => between(random, 8, 70));
/** 0 to 100 across, 0 to 70 down. */
const walk = (random: Random) => {
  let y = between(random, 15, 55);
  return Array.from({ length: 14 }, (_, i) => {
    y = Math.min(68, Math.max(2, y + between(random, -12, 12)));
    return `${(i * 100) / 13},${y}`;
  });
};
const axes = '<path d="M0 0V70H100" fill="none" stroke="#555"/>';

const chartKinds: Readonly<Record<string, Draw>> = {
  bars(random, ink) {
    const colour = ink();
    const heights = bars(random);
    const width = 100 / heights.length;
    return `${heights
      .map(
        (h, i) =>
          `<rect x="${i * width + 1.5}" y="${70 - h}" width="${width - 3}" height="${h}" fill="${colour}"/>`,
      )
      .join('')}${axes}`;
  },
  lines(random, ink) {
    const lines = Array.from({ length: Math.round(between(random, 1, 3)) }, () => walk(random));
    return `${lines
      .map(
        (points) =>
          `<polyline points="${points.join(' ')}" fill="none" stroke="${ink()}" stroke-width="1.6"/>`,
      )
      .join('')}${axes}`;
  },
  area(random, ink) {
    return `<polygon points="0,70 ${walk(random).join(' ')} 100,70" fill="${ink()}"/>${axes}`;
  },
  scatter(random, ink) {
    const slope = between(random, -0.5, 0.5);
    const colour = ink();
    const dots = Array.from({ length: Math.round(between(random, 20, 60)) }, () => {
      const x = between(random, 2, 98);
      const y = 35 + slope * (x - 50) + between(random, -10, 10);
      return `<circle cx="${x}" cy="${Math.min(68, Math.max(2, y))}" r="1.6" fill="${colour}"/>`;
    });
    return `${dots.join('')}${axes}`;
  },
  pie(random, ink) {
    const shares = bars(random);
    const sum = shares.reduce((all, share) => all + share, 0);
    const hole = random() < 0.4 ? '<circle cx="50" cy="35" r="15" fill="#fff"/>' : '';
    let at = 0;
    const place = (turn: number) =>
      `${50 + 34 * Math.sin(2 * Math.PI * turn)} ${35 - 34 * Math.cos(2 * Math.PI * turn)}`;
    const slices = shares.map((share) => {
      const from = at;
      at += share / sum;
      const large = share / sum > 0.5 ? 1 : 0;
      return `<path d="M50 35L${place(from)}A34 34 0 ${large} 1 ${place(at)}Z" fill="${ink()}"/>`;
    });
    return slices.join('') + hole;
  },
  boxes(random, ink) {
    const colour = ink();
    const count = Math.round(between(random, 3, 6));
    const width = 100 / count;
    const boxes = Array.from({ length: count }, (_, i) => {
      const [a, b, c, d, e] = Array.from({ length: 5 }, () => between(random, 4, 66)).toSorted(
        (x, y) => x - y,
      ) as [number, number, number, number, number];
      const [x, w] = [(i + 0.5) * width, 0.3 * width];
      return `<path d="M${x} ${a}V${b}M${x} ${d}V${e}M${x - w} ${b}H${x + w}V${d}H${x - w}ZM${x - w} ${c}H${x + w}" fill="none" stroke="${colour}" stroke-width="1.4"/>`;
    });
    return boxes.join('') + axes;
  },
};

/** Charts of six kinds with random figures and colours. */
export async function charts(): Promise<LabelledSet> {
  const classes = Object.keys(chartKinds);
  return {
    name: 'charts',
    classes,
    picture(label, _index, random) {
      const drawn = chartKinds[classes[label]!]!(random, () => hex(random, 20, 220));
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 108 78">${drawn}</svg>`;
      return onPaper(sharp(Buffer.from(svg), { density: 150 }), random, { share: [0.7, 0.95] });
    },
  };
}

/** First and last letter of each script, and its font. */
const scriptKinds = {
  latin: ['a', 'z', 'noto-sans'],
  cyrillic: ['а', 'я', 'noto-sans'],
  armenian: ['ա', 'ք', 'noto-sans-armenian'],
  georgian: ['ა', 'ჰ', 'noto-sans-georgian'],
  hebrew: ['א', 'ת', 'noto-sans-hebrew'],
  thai: ['ก', 'ฮ', 'noto-sans-thai'],
} as const;

/** Words of random letters in six scripts. */
export async function scripts(): Promise<LabelledSet> {
  const classes = Object.keys(scriptKinds) as (keyof typeof scriptKinds)[];
  const files = await Promise.all(classes.map((script) => fontFile(scriptKinds[script][2])));
  return {
    name: 'scripts',
    classes,
    async picture(label, _index, random) {
      const [first, last, font] = scriptKinds[classes[label]!];
      const [from, to] = [first.codePointAt(0)!, last.codePointAt(0)!];
      const word = () =>
        Array.from({ length: Math.round(between(random, 2, 7)) }, () =>
          String.fromCodePoint(from + Math.floor(random() * (to - from + 1))),
        ).join('');
      const words = Array.from({ length: Math.round(between(random, 1, 4)) }, word);
      const text = `<span foreground="${hex(random, 0, 110)}">${words.join(pick([' ', '\n'], random))}</span>`;
      const family = font
        .split('-')
        .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
        .join(' ');
      const ink = await sharp({
        text: { text, font: `${family} 40`, fontfile: files[label]!, rgba: true, dpi: 72 },
      })
        .png()
        .toBuffer();
      return onPaper(sharp(ink), random, { share: [0.5, 0.95], angle: 15 });
    },
  };
}
