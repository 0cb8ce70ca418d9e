import type { Image, ImageFilter } from '../../../../src-shared/domain.ts';

type Known = Pick<Image, 'labelId'> & Partial<Image>;

/**
 * Does a picture fit a filter, as far as the page can tell from the picture itself? Undefined where only the
 * studio knows: what was predicted, folders, dates, text, and details that have not come yet.
 */
export function stillFits(filter: ImageFilter, image: Known): boolean | undefined {
  const { label, unsure, excluded, noted, missing, ...rest } = filter;
  const answers = [
    label === undefined || fitsLabel(label, image.labelId),
    agrees(unsure, image.unsure),
    agrees(excluded, image.excluded),
    agrees(noted, image.note === undefined ? undefined : image.note !== ''),
    agrees(missing, image.missing),
    Object.keys(rest).length === 0 ? true : undefined,
  ];
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

const agrees = (wanted: boolean | undefined, is: boolean | undefined) =>
  wanted === undefined ? true : is === undefined ? undefined : wanted === is;

function fitsLabel(label: NonNullable<ImageFilter['label']>, labelId: number | null): boolean {
  if (label === 'none') return labelId === null;
  if (label === 'any') return labelId !== null;
  return labelId !== null && [label].flat().includes(labelId);
}
