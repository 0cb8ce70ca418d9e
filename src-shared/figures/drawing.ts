/**
 * A figure as plain SVG shapes, so that the page and the report draw the same. Colours and sizes of text are
 * the design's tokens (`var(--accent)`), which whoever shows it has to define.
 */

export type Attributes = Readonly<Record<string, string | number>>;

export interface Shape {
  readonly name: 'path' | 'rect' | 'circle' | 'ellipse' | 'text';
  readonly attributes: Attributes;
  /** What a `text` says. */
  readonly text?: string;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** What is to be seen, in words: for those who do not see it. */
  readonly title: string;
  readonly shapes: readonly Shape[];
}

export const shape = (name: Exclude<Shape['name'], 'text'>, attributes: Attributes): Shape => ({
  name,
  attributes,
});

export const line = (d: string, stroke: string, more: Attributes = {}): Shape =>
  shape('path', { d, fill: 'none', stroke, ...more });

/** @param anchor which end of the text is at x */
export const words = (
  text: string | number,
  x: number,
  y: number,
  anchor: 'start' | 'middle' | 'end' = 'start',
  more: Attributes = {},
): Shape => ({
  name: 'text',
  attributes: {
    x,
    y,
    'text-anchor': anchor,
    fill: 'var(--text-quiet)',
    'font-size': 'var(--text-xs)',
    ...more,
  },
  text: String(text),
});
