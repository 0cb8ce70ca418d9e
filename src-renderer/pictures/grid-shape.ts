/**
 * Where the cells of a grid of squares lie, in pixels, so that only those in sight need to be drawn:
 * plain arithmetic, as quick for 100,000 cells as for ten.
 */
export interface GridShape {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  readonly side: number;
  readonly gap: number;
  readonly padding: number;
  /** Of the whole content. */
  readonly height: number;
}

/**
 * As many columns as fit when a cell is at least `wanted` wide; the cells then fill the width.
 * A grid narrower than one cell has one column.
 */
export function shapeOf(
  count: number,
  width: number,
  wanted: number,
  gap: number,
  padding: number,
): GridShape {
  const inner = Math.max(1, width - 2 * padding);
  const columns = Math.max(1, Math.floor((inner + gap) / (wanted + gap)));
  const side = Math.floor((inner - gap * (columns - 1)) / columns);
  const rows = Math.ceil(count / columns);
  const height = rows === 0 ? 0 : 2 * padding + rows * side + (rows - 1) * gap;
  return { count, columns, rows, side, gap, padding, height };
}

/** Of cells that the page lays out by itself: only the order counts, a row is one high. */
export const shapeOfColumns = (count: number, columns: number): GridShape => {
  const rows = Math.ceil(count / columns);
  return { count, columns, rows, side: 1, gap: 0, padding: 0, height: rows };
};

export const rowTop = (shape: GridShape, row: number): number =>
  shape.padding + row * (shape.side + shape.gap);

/** First and last row (included) that are in sight, and `spare` more on both sides; none: last < first. */
export function rowsInSight(
  shape: GridShape,
  scrollTop: number,
  viewport: number,
  spare: number,
): { readonly first: number; readonly last: number } {
  const step = shape.side + shape.gap;
  const first = Math.floor((scrollTop - shape.padding) / step) - spare;
  const last = Math.floor((scrollTop + viewport - shape.padding) / step) + spare;
  return { first: Math.max(0, first), last: Math.min(shape.rows - 1, last) };
}

/** The least scrolling that brings a cell into sight. */
export function scrollFor(
  shape: GridShape,
  index: number,
  scrollTop: number,
  viewport: number,
): number {
  const row = Math.floor(index / shape.columns);
  const top = rowTop(shape, row) - shape.padding;
  const bottom = rowTop(shape, row) + shape.side + shape.padding;
  if (top < scrollTop) return Math.max(0, top);
  if (bottom > scrollTop + viewport) return bottom - viewport;
  return scrollTop;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Indices of the cells that a rectangle touches, in order. */
export function cellsTouching(shape: GridShape, box: Box): readonly number[] {
  const step = shape.side + shape.gap;
  const span = (from: number, to: number, most: number) => ({
    // A cell begins at padding + n * step and is `side` long; the gap after it is not part of it.
    first: Math.max(0, Math.ceil((from - shape.padding - shape.side) / step)),
    last: Math.min(most - 1, Math.floor((to - shape.padding) / step)),
  });
  const across = span(box.left, box.right, shape.columns);
  const down = span(box.top, box.bottom, shape.rows);
  const found: number[] = [];
  for (let row = down.first; row <= down.last; row++)
    for (let column = across.first; column <= across.last; column++) {
      const index = row * shape.columns + column;
      if (index < shape.count) found.push(index);
    }
  return found;
}

export const steps = [
  'left',
  'right',
  'up',
  'down',
  'page-up',
  'page-down',
  'first',
  'last',
] as const;
export type Step = (typeof steps)[number];

/** Where a step of the keyboard leads from a cell; at an edge it stays. */
export function stepFrom(shape: GridShape, index: number, step: Step, viewport: number): number {
  const last = shape.count - 1;
  const page = Math.max(1, Math.floor(viewport / (shape.side + shape.gap))) * shape.columns;
  const down = (by: number) => {
    if (index + by <= last) return index + by;
    // The last row may be shorter than the one above it.
    return Math.floor(index / shape.columns) < shape.rows - 1 ? last : index;
  };
  const up = (by: number) => (index - by >= 0 ? index - by : index % shape.columns);
  switch (step) {
    case 'left':
      return Math.max(0, index - 1);
    case 'right':
      return Math.min(last, index + 1);
    case 'up':
      return up(shape.columns);
    case 'down':
      return down(shape.columns);
    case 'page-up':
      return up(page);
    case 'page-down':
      return down(page);
    case 'first':
      return 0;
    case 'last':
      return last;
  }
}
