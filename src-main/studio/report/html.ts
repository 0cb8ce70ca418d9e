/** HTML in which every value that is not HTML itself is escaped. */
import type { Attributes, Drawing } from '../../../src-shared/figures/drawing.ts';

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Html | string | number | null | undefined | false | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign]!);

function textOf(content: Content): string {
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return content.map(textOf).join('');
  return content === null || content === undefined || content === false
    ? ''
    : escaped(String(content));
}

/** A template tag; values may also be lists, and nothing (null, undefined, false). */
export const html = (strings: TemplateStringsArray, ...values: readonly Content[]): Html =>
  new Html(strings.reduce((all, next, i) => all + textOf(values[i - 1]) + next));

const attributesOf = (attributes: Attributes): Html =>
  new Html(
    Object.entries(attributes)
      .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
      .join(''),
  );

/** A figure as SVG, which scales with the text around it. */
export function svg({ width, height, title, shapes }: Drawing): Html {
  const drawn = shapes.map(
    ({ name, attributes, text }) =>
      html`<${new Html(name)}${attributesOf(attributes)}>${text}</${new Html(name)}>`,
  );
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"><title>${title}</title>${drawn}</svg>`;
}

export interface Column<Row> {
  readonly title: Content;
  readonly cell: (row: Row) => Content;
  /** Numbers stand on the right. */
  readonly number?: boolean;
}

/** A table whose first column names the rows. @param caption said by screen readers only, where it is said already */
export function table<Row>(
  caption: string | { readonly hidden: string },
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): Html {
  const kind = (number = false) => new Html(number ? ' class="n"' : '');
  return html`<div class="scroll"><table>
${typeof caption === 'string' ? html`<caption>${caption}</caption>` : html`<caption class="hidden">${caption.hidden}</caption>`}
<thead><tr>${columns.map(({ title, number }) => html`<th scope="col"${kind(number)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr>${columns.map(({ cell, number }, i) =>
        i === 0
          ? html`<th scope="row"${kind(number)}>${cell(row)}</th>`
          : html`<td${kind(number)}>${cell(row)}</td>`,
      )}</tr>
`,
  )}</tbody>
</table></div>`;
}
