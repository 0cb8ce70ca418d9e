const stored = 'graft.thumbnail-size';
const usual = 124;

/** Least side of a thumbnail in pixels, remembered on this computer. */
export function thumbnailSize(): { value: number } {
  let value = $state(Number(localStorage.getItem(stored)) || usual);
  return {
    get value() {
      return value;
    },
    set value(next: number) {
      value = next;
      localStorage.setItem(stored, String(next));
    },
  };
}
