/** Where the points of a map are on the screen, and which of them lie where. Plain arithmetic, without a page. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Which part of the map is seen. */
export interface View {
  /** Pixels for a unit of the map. */
  readonly scale: number;
  /** What of the map is in the middle. */
  readonly x: number;
  readonly y: number;
}

/** Two corners. */
export interface Box {
  readonly from: Place;
  readonly to: Place;
}

/** x and y of each point, one after the other, from -1 to 1. */
export type Points = Float32Array;

/** Left free around a map that is seen whole, in pixels. */
const margin = 24;
/** So many pixels a unit at the most: 10,000 points are then far apart. */
const closest = 60_000;

/** All of the map. */
export function whole({ width, height }: Size): View {
  const room = Math.min(width, height) - 2 * margin;
  return { scale: Math.max(16, room) / 2, x: 0, y: 0 };
}

/** These points, as large as they fit; a single one is not brought closer than now. */
export function around(points: Points, some: readonly number[], size: Size, now: View): View {
  if (some.length === 0) return whole(size);
  const xs = some.map((i) => points[2 * i]!);
  const ys = some.map((i) => points[2 * i + 1]!);
  const [left, right] = extent(xs);
  const [top, bottom] = extent(ys);
  const room = { width: size.width - 4 * margin, height: size.height - 4 * margin };
  const fits = Math.min(room.width / (right - left), room.height / (bottom - top));
  const scale = some.length === 1 ? now.scale : Math.min(fits, closest);
  return { scale: Math.max(scale, 16), x: (left + right) / 2, y: (top + bottom) / 2 };
}

function extent(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** The place of the map that is at a pixel. */
export const toMap = ({ scale, x, y }: View, { width, height }: Size, at: Place): Place => ({
  x: x + (at.x - width / 2) / scale,
  y: y + (at.y - height / 2) / scale,
});

export const toScreen = ({ scale, x, y }: View, { width, height }: Size, at: Place): Place => ({
  x: width / 2 + (at.x - x) * scale,
  y: height / 2 + (at.y - y) * scale,
});

export const placeOf = (points: Points, i: number): Place => ({
  x: points[2 * i]!,
  y: points[2 * i + 1]!,
});

/** The map never leaves the screen, and never shrinks to less than half of what shows all of it. */
function hold({ scale, x, y }: View, size: Size): View {
  const least = whole(size).scale / 2;
  const within = (value: number) => Math.max(-1.1, Math.min(1.1, value));
  return { scale: Math.max(least, Math.min(closest, scale)), x: within(x), y: within(y) };
}

/** Zooms by a factor; what is at the pixel `at` stays there. */
export function zoomed(view: View, factor: number, size: Size, at: Place): View {
  const { scale } = hold({ ...view, scale: view.scale * factor }, size);
  const fixed = toMap(view, size, at);
  const x = fixed.x - (at.x - size.width / 2) / scale;
  const y = fixed.y - (at.y - size.height / 2) / scale;
  return hold({ scale, x, y }, size);
}

/** Moves what is seen by so many pixels. */
export const moved = (view: View, size: Size, by: Place): View =>
  hold({ ...view, x: view.x - by.x / view.scale, y: view.y - by.y / view.scale }, size);

/** As little moved as is needed for a place to be seen, away from the edge. */
export function showing(view: View, size: Size, place: Place): View {
  const { x, y } = toScreen(view, size, place);
  const edge = Math.min(3 * margin, size.width / 4, size.height / 4);
  const inward = (value: number, length: number) =>
    Math.max(0, edge - value) - Math.max(0, value - (length - edge));
  return moved(view, size, { x: inward(x, size.width), y: inward(y, size.height) });
}

type Passes = (i: number) => boolean;

/** The point that is nearest to a place, within a distance in map units; undefined when there is none. */
export function nearest(
  points: Points,
  place: Place,
  within: number,
  passes: Passes,
): number | undefined {
  let found: number | undefined;
  let least = within * within;
  for (let i = 0; 2 * i < points.length; i++) {
    const square = (points[2 * i]! - place.x) ** 2 + (points[2 * i + 1]! - place.y) ** 2;
    if (square <= least && passes(i)) {
      least = square;
      found = i;
    }
  }
  return found;
}

/** Points in a box; the corners may be given in any order. */
export function inBox(points: Points, { from, to }: Box, passes: Passes): number[] {
  const [left, right] = extent([from.x, to.x]);
  const [top, bottom] = extent([from.y, to.y]);
  const found: number[] = [];
  for (let i = 0; 2 * i < points.length; i++) {
    const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
    if (x >= left && x <= right && y >= top && y <= bottom && passes(i)) found.push(i);
  }
  return found;
}

/** Points within a line that was drawn around them, by the even-odd rule. */
export function inLasso(points: Points, line: readonly Place[], passes: Passes): number[] {
  if (line.length < 3) return [];
  const [left, right] = extent(line.map(({ x }) => x));
  const [top, bottom] = extent(line.map(({ y }) => y));
  const box = { from: { x: left, y: top }, to: { x: right, y: bottom } };
  return inBox(points, box, (i) => passes(i) && isWithin(placeOf(points, i), line));
}

function isWithin({ x, y }: Place, line: readonly Place[]): boolean {
  let within = false;
  let before = line.at(-1)!;
  for (const here of line) {
    const crosses = here.y > y !== before.y > y;
    if (crosses && x < ((before.x - here.x) * (y - here.y)) / (before.y - here.y) + here.x)
      within = !within;
    before = here;
  }
  return within;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** Nearest by what an eye takes for the next one: straight ahead rather than to the side. */
export function towards(
  points: Points,
  from: Place,
  direction: Direction,
  passes: Passes,
): number | undefined {
  const [dx, dy] = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }[direction] as [
    number,
    number,
  ];
  let found: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; 2 * i < points.length; i++) {
    const [x, y] = [points[2 * i]! - from.x, points[2 * i + 1]! - from.y];
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (ahead <= 0 || aside > ahead) continue;
    const cost = ahead + 2 * aside;
    if (cost < least && passes(i)) {
      least = cost;
      found = i;
    }
  }
  return found;
}

/** The `count` points nearest to one, without it. */
export function besides(points: Points, i: number, count: number): number[] {
  const { x, y } = placeOf(points, i);
  const best: { readonly at: number; readonly square: number }[] = [];
  for (let at = 0; 2 * at < points.length; at++) {
    if (at === i) continue;
    const square = (points[2 * at]! - x) ** 2 + (points[2 * at + 1]! - y) ** 2;
    if (best.length === count && square >= best[count - 1]!.square) continue;
    const place = best.findLastIndex((one) => one.square <= square) + 1;
    best.splice(place, 0, { at, square });
    if (best.length > count) best.pop();
  }
  return best.map(({ at }) => at);
}
