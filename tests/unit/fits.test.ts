import { expect, it } from 'vitest';
import { stillFits } from '../../src-renderer/rooms/label/filters/fits.ts';
import type { ImageFilter } from '../../src-shared/domain.ts';

const picture = { labelId: 2, unsure: true, excluded: false, note: '', missing: false };

it.each<[ImageFilter, boolean | undefined]>([
  [{}, true],
  [{ label: 2 }, true],
  [{ label: 3 }, false],
  [{ label: [1, 2] }, true],
  [{ label: [1, 3] }, false],
  [{ label: 'any' }, true],
  [{ label: 'none' }, false],
  [{ unsure: true, excluded: false }, true],
  [{ unsure: false }, false],
  [{ noted: true }, false],
  [{ missing: false }, true],
  // Only the studio can tell, unless something else already says no.
  [{ text: 'frog' }, undefined],
  [{ text: 'frog', label: 2 }, undefined],
  [{ text: 'frog', label: 'none' }, false],
])('whether a picture fits %o: %o', (filter, fits) => {
  expect(stillFits(filter, picture)).toBe(fits);
});

it('knows nothing of the marks of a picture whose details have not come', () => {
  expect(stillFits({ label: 'any' }, { labelId: 1 })).toBe(true);
  expect(stillFits({ unsure: true }, { labelId: 1 })).toBeUndefined();
  expect(stillFits({ unsure: true, label: 'none' }, { labelId: 1 })).toBe(false);
});
