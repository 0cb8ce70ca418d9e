/** The map on its canvas: dots from afar, thumbnails from near. */
import type { Box, Place, Points, Size, View } from './geometry.ts';
import { toScreen } from './geometry.ts';

export interface Sprites {
  /** By kind; the last one is for points without a kind. */
  readonly dots: readonly HTMLCanvasElement[];
  readonly faint: HTMLCanvasElement;
  readonly colours: readonly string[];
  readonly line: string;
  readonly accent: string;
  readonly text: string;
  readonly ground: string;
}

export interface Scene {
  readonly points: Points;
  readonly view: View;
  readonly size: Size;
  readonly sprites: Sprites;
  /** Kind of each point: an index into the sprites. */
  readonly kinds: Uint8Array;
  /** 1: may be selected; 0: is not among the pictures of the filter, and only faint. */
  readonly shown: Uint8Array;
  readonly selected: Uint8Array;
  readonly cursor: number | undefined;
  /** Does the keyboard stand here? */
  readonly focused: boolean;
  readonly lasso: readonly Place[];
  readonly box: Box | undefined;
  readonly thumbnail: (i: number) => HTMLImageElement | undefined;
}

/** So many are drawn as thumbnails at the most; more are dots. */
export const mostThumbnails = 260;
/** Sides of a thumbnail in pixels, and of a dot with the space around it. */
const [least, most] = [28, 88];
export const dotSide = 12;

/** Indices of the points in sight. */
export function inSight({ points, view, size }: Pick<Scene, 'points' | 'view' | 'size'>): number[] {
  const [w, h] = [(size.width / 2 + most) / view.scale, (size.height / 2 + most) / view.scale];
  const found: number[] = [];
  for (let i = 0; 2 * i < points.length; i++) {
    if (Math.abs(points[2 * i]! - view.x) <= w && Math.abs(points[2 * i + 1]! - view.y) <= h)
      found.push(i);
  }
  return found;
}

/** Side of a thumbnail when so many are in sight: the fewer, the larger. */
export const thumbnailSide = (count: number, { width, height }: Size): number =>
  Math.round(
    Math.max(least, Math.min(most, Math.sqrt((0.25 * width * height) / Math.max(1, count)))),
  );

export function drawMap(context: CanvasRenderingContext2D, scene: Scene): void {
  const { size, sprites } = scene;
  context.clearRect(0, 0, size.width, size.height);
  const some = inSight(scene);
  if (some.length <= mostThumbnails) drawThumbnails(context, scene, some);
  else drawDots(context, scene, some);
  if (scene.cursor !== undefined) drawCursor(context, scene, scene.cursor, some.length);
  context.strokeStyle = sprites.accent;
  context.fillStyle = sprites.accent;
  context.lineWidth = 2;
  context.setLineDash([6, 4]);
  if (scene.lasso.length > 1) {
    context.beginPath();
    for (const { x, y } of scene.lasso.map((at) => toScreen(scene.view, size, at)))
      context.lineTo(x, y);
    context.closePath();
    context.globalAlpha = 0.12;
    context.fill('evenodd');
    context.globalAlpha = 1;
    context.stroke();
  }
  if (scene.box) {
    const from = toScreen(scene.view, size, scene.box.from);
    const to = toScreen(scene.view, size, scene.box.to);
    context.strokeRect(from.x, from.y, to.x - from.x, to.y - from.y);
  }
  context.setLineDash([]);
}

function drawDots(context: CanvasRenderingContext2D, scene: Scene, some: readonly number[]): void {
  const { points, view, size, sprites, kinds, shown, selected } = scene;
  const [left, top] = [
    size.width / 2 - view.x * view.scale - dotSide / 2,
    size.height / 2 - view.y * view.scale - dotSide / 2,
  ];
  const put = (image: HTMLCanvasElement, i: number) =>
    context.drawImage(
      image,
      left + points[2 * i]! * view.scale,
      top + points[2 * i + 1]! * view.scale,
      dotSide,
      dotSide,
    );
  for (const i of some) if (!shown[i]) put(sprites.faint, i);
  for (const i of some) if (shown[i] && !selected[i]) put(sprites.dots[kinds[i]!]!, i);
  context.strokeStyle = sprites.text;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const i of some) {
    if (!selected[i]) continue;
    put(sprites.dots[kinds[i]!]!, i);
    const x = left + points[2 * i]! * view.scale + dotSide / 2;
    const y = top + points[2 * i + 1]! * view.scale + dotSide / 2;
    context.moveTo(x + dotSide / 2, y);
    context.arc(x, y, dotSide / 2, 0, 2 * Math.PI);
  }
  context.stroke();
}

function drawThumbnails(
  context: CanvasRenderingContext2D,
  scene: Scene,
  some: readonly number[],
): void {
  const { points, view, size, sprites, kinds, shown, selected } = scene;
  const side = thumbnailSide(some.length, size);
  for (const i of [...some].sort((a, b) => selected[a]! - selected[b]!)) {
    const x = size.width / 2 + (points[2 * i]! - view.x) * view.scale - side / 2;
    const y = size.height / 2 + (points[2 * i + 1]! - view.y) * view.scale - side / 2;
    context.globalAlpha = shown[i] ? 1 : 0.25;
    const image = scene.thumbnail(i);
    if (image) {
      const { naturalWidth: w, naturalHeight: h } = image;
      const cut = Math.min(w, h);
      context.drawImage(image, (w - cut) / 2, (h - cut) / 2, cut, cut, x, y, side, side);
    } else {
      context.fillStyle = sprites.line;
      context.fillRect(x, y, side, side);
    }
    context.strokeStyle = sprites.colours[kinds[i]!]!;
    context.lineWidth = 3;
    context.strokeRect(x, y, side, side);
    const mark = dotSide + 2;
    context.drawImage(sprites.dots[kinds[i]!]!, x + side - mark, y + 2, dotSide, dotSide);
    if (!selected[i]) continue;
    context.strokeStyle = sprites.text;
    context.lineWidth = 3;
    context.strokeRect(x - 4, y - 4, side + 8, side + 8);
  }
  context.globalAlpha = 1;
}

/** Two rings, one in each of the colours of ground and text: seen on whatever lies below. */
function drawCursor(
  context: CanvasRenderingContext2D,
  { points, view, size, sprites, focused }: Scene,
  i: number,
  count: number,
): void {
  const side = count <= mostThumbnails ? thumbnailSide(count, size) * 1.42 : dotSide + 6;
  const { x, y } = toScreen(view, size, { x: points[2 * i]!, y: points[2 * i + 1]! });
  for (const [width, colour] of [
    [6, sprites.ground],
    [focused ? 3 : 1.5, focused ? sprites.accent : sprites.text],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, side / 2 + 3, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** Draws each kind of dot once, in the colours of the theme. */
export function spritesOf(
  style: CSSStyleDeclaration,
  kinds: readonly { readonly colour: string; readonly shape: 'dot' | 'cross' }[],
  ratio: number,
): Sprites {
  const token = (name: string) => style.getPropertyValue(name).trim();
  const [ground, text, quiet, strong] = [
    token('--ground'),
    token('--text'),
    token('--line'),
    token('--line-strong'),
  ];
  const colours = [...kinds.map(({ colour }) => token(colour)), strong];
  const dots = kinds.map(({ shape }, at) => sprite(ratio, shape, colours[at]!, text));
  return {
    dots: [...dots, sprite(ratio, 'hollow', ground, strong)],
    faint: sprite(ratio, 'dot', quiet, quiet),
    colours,
    line: quiet,
    accent: token('--accent'),
    text,
    ground,
  };
}

function sprite(
  ratio: number,
  shape: 'dot' | 'cross' | 'hollow',
  fill: string,
  edge: string,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.ceil(dotSide * ratio);
  const context = canvas.getContext('2d')!;
  context.scale(canvas.width / dotSide, canvas.height / dotSide);
  context.translate(dotSide / 2, dotSide / 2);
  context.fillStyle = fill;
  context.strokeStyle = shape === 'cross' ? fill : edge;
  if (shape === 'cross') {
    context.lineWidth = 2.5;
    context.beginPath();
    for (const [x, y] of [
      [1, 1],
      [1, -1],
    ] as const) {
      context.moveTo(-4 * x, -4 * y);
      context.lineTo(4 * x, 4 * y);
    }
    context.stroke();
    return canvas;
  }
  context.lineWidth = shape === 'hollow' ? 1.25 : 0.75;
  context.beginPath();
  context.arc(0, 0, shape === 'hollow' ? 3.25 : 4, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  return canvas;
}
