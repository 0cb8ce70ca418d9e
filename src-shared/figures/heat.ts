/** Heat as colour: dark violet to light yellow, rising in lightness, so that it reads without colour vision too. */

const stops = [
  [0, 0, 4],
  [87, 16, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 164],
] as const;

/** @param heat from 0 to 1, row by row @returns RGBA of each place; what is cold lets the picture through */
export function heatPixels(heat: readonly number[]): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * heat.length);
  for (const [i, value] of heat.entries()) {
    const place = value * (stops.length - 1);
    const below = Math.min(stops.length - 2, Math.floor(place));
    for (let c = 0; c < 3; c++) {
      const [from, to] = [stops[below]![c]!, stops[below + 1]![c]!];
      pixels[4 * i + c] = from + (to - from) * (place - below);
    }
    pixels[4 * i + 3] = 255 * Math.min(1, 0.25 + value);
  }
  return pixels;
}

const thirds = (share: number, names: readonly [string, string, string]) =>
  names[Math.min(2, Math.floor(share * 3))]!;

/** Where the heat is, in words: "at the upper right". */
export function heatWords(heat: readonly number[], width: number, height: number): string {
  const total = heat.reduce((sum, value) => sum + value, 0);
  if (total === 0) return 'nothing in it speaks for this label';
  let [x, y] = [0, 0];
  for (const [i, value] of heat.entries()) {
    x += (value * ((i % width) + 0.5)) / width;
    y += (value * (Math.floor(i / width) + 0.5)) / height;
  }
  const row = thirds(y / total, ['upper', 'middle', 'lower']);
  const column = thirds(x / total, ['left', 'middle', 'right']);
  if (row === 'middle' && column === 'middle') return 'mostly in the middle';
  return `mostly at the ${row} ${column === 'middle' ? 'middle' : column}`;
}
