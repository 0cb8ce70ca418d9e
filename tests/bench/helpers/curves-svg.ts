/** Curves over the number of labels, as a small figure for the documentation. */
export interface Curves {
  readonly title: string;
  /** Labels between two values; the first value is after so many. */
  readonly step: number;
  readonly curves: readonly { readonly name: string; readonly values: readonly number[] }[];
}

const [width, height, left, bottom, right, top] = [560, 300, 44, 40, 96, 34] as const;
/** Dashes tell the curves apart where colours do not. */
const styles = [
  { colour: '#777777', dash: '2 3' },
  { colour: '#2f6fc4', dash: '8 3' },
  { colour: '#b4620f', dash: '8 3 2 3' },
  { colour: '#1f6f43', dash: '' },
] as const;

export function curvesSvg({ title, step, curves }: Curves): string {
  const all = curves.flatMap(({ values }) => values);
  const low = Math.floor(10 * Math.min(...all)) / 10;
  const high = Math.ceil(10 * Math.max(...all)) / 10;
  const count = curves[0]!.values.length;
  const x = (at: number) => left + ((width - left - right) * at) / Math.max(1, count - 1);
  const y = (value: number) =>
    height - bottom - ((height - top - bottom) * (value - low)) / (high - low);
  const ticks = Array.from({ length: Math.round((high - low) * 10) + 1 }, (_, i) => low + i / 10);
  const parts = [
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${left}" y="18" font-weight="600">${title}</text>`,
    ...ticks.map(
      (value) =>
        `<path d="M${left} ${round(y(value))}H${width - right}" stroke="#dddddd"/><text x="${left - 8}" y="${round(y(value)) + 4}" text-anchor="end">${value.toFixed(1)}</text>`,
    ),
    ...Array.from({ length: count }, (_, at) => at)
      .filter((at) => (at + 1) % 2 === 0)
      .map(
        (at) =>
          `<text x="${round(x(at))}" y="${height - bottom + 18}" text-anchor="middle">${step * (at + 1)}</text>`,
      ),
    `<text x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">labels given</text>`,
    ...curves.map(({ values }, i) => {
      const { colour, dash } = styles[i % styles.length]!;
      const points = values.map((value, at) => `${round(x(at))},${round(y(value))}`).join(' ');
      return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`;
    }),
    ...legend(curves.map(({ name }) => name)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#1c1d1b" role="img" aria-label="${title}">\n${parts.join('\n')}\n</svg>\n`;
}

const legend = (names: readonly string[]) =>
  names.map((name, i) => {
    const { colour, dash } = styles[i % styles.length]!;
    const at = top + 20 * i + 6;
    return `<path d="M${width - right + 10} ${at}h20" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/><text x="${width - right + 34}" y="${at + 4}">${name}</text>`;
  });

const round = (value: number) => Math.round(10 * value) / 10;
