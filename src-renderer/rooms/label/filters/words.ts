import type { ImageFilter, Label } from '../../../../src-shared/domain.ts';
import { bytes } from '../../../parts/words.ts';
import { setTitles } from '../titles.ts';

export type Condition = keyof ImageFilter;

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const range = (from: string | undefined, to: string | undefined) =>
  [from && `from ${from}`, to && `up to ${to}`].filter(Boolean).join(' ');

/** A condition of a filter in words; undefined when it asks for nothing. */
export function wordsOf(
  filter: ImageFilter,
  condition: Condition,
  nameOf: (id: number) => Label | undefined,
): string | undefined {
  const name = (id: number) => nameOf(id)?.name ?? 'a label that is gone';
  const { label, predicted, confidence, split, unsure, excluded, noted, folder, date, size } =
    filter;
  switch (condition) {
    case 'label':
      if (label === undefined) return undefined;
      if (label === 'none') return 'Unlabelled';
      return label === 'any' ? 'Labelled' : [label].flat().map(name).join(' or ');
    case 'predicted':
      if (predicted === undefined) return undefined;
      return predicted === 'other'
        ? 'Predicted otherwise than labelled'
        : `Predicted ${name(predicted)}`;
    case 'confidence':
      return (
        confidence && `Confidence ${range(confidence.from?.toFixed(2), confidence.to?.toFixed(2))}`
      );
    case 'split':
      return split && `${setTitles[split]} set`;
    case 'unsure':
      return unsure === undefined ? undefined : unsure ? 'Unsure' : 'Not unsure';
    case 'excluded':
      return excluded === undefined ? undefined : excluded ? 'Excluded' : 'Not excluded';
    case 'missing':
      return filter.missing === undefined
        ? undefined
        : filter.missing
          ? 'File missing'
          : 'File there';
    case 'noted':
      return noted === undefined ? undefined : noted ? 'With a note' : 'Without a note';
    case 'folder':
      return folder && `In ${folder}`;
    case 'date': {
      if (!date) return undefined;
      const from = date.from && day.format(new Date(date.from));
      // Kept as the midnight after the last day.
      const to = date.to && day.format(new Date(Date.parse(date.to) - 1));
      return `${date.of === 'imported' ? 'Imported' : 'Changed'} ${range(from, to)}`;
    }
    case 'size': {
      if (!size) return undefined;
      const shown = (value: number | undefined) =>
        value === undefined ? undefined : size.of === 'side' ? `${value} px` : bytes(value);
      return `${size.of === 'side' ? 'Shorter side' : 'File'} ${range(shown(size.from), shown(size.to))}`;
    }
    case 'aspect': {
      const { aspect } = filter;
      const shown = (value: number | undefined) => value?.toFixed(2);
      return aspect && `Width by height ${range(shown(aspect.from), shown(aspect.to))}`;
    }
    case 'brightness': {
      const { brightness } = filter;
      const shown = (value: number | undefined) => value?.toString();
      return brightness && `Brightness ${range(shown(brightness.from), shown(brightness.to))}`;
    }
    case 'text':
      return filter.text && `“${filter.text}”`;
  }
}

export const conditions: readonly Condition[] = [
  'label',
  'predicted',
  'confidence',
  'split',
  'unsure',
  'excluded',
  'noted',
  'missing',
  'folder',
  'date',
  'size',
  'aspect',
  'brightness',
  'text',
];

export function without(filter: ImageFilter, condition: Condition): ImageFilter {
  const { [condition]: _, ...rest } = filter;
  return rest;
}

/** Nothing that is undefined, and no range without an end: so that the filter says what it means. */
export function tidy(filter: ImageFilter): ImageFilter {
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(filter)) {
    if (value === undefined || value === '') continue;
    const ends = typeof value === 'object' ? Object.entries(value) : [];
    const set = ends.filter(([, end]) => end !== undefined);
    if (typeof value !== 'object' || Array.isArray(value)) entries.push([key, value]);
    else if (set.some(([end]) => end !== 'of')) entries.push([key, Object.fromEntries(set)]);
  }
  return Object.fromEntries(entries) as ImageFilter;
}
