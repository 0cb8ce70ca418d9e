/**
 * What fits a few typed letters, best first: names that begin with them, then names with a word that does,
 * then names that contain them, then names that contain the letters in this order (`dgf` finds dragonfly).
 * Case is ignored; nothing typed leaves everything as it is.
 */
export function matching<T extends { readonly name: string }>(
  items: readonly T[],
  typed: string,
): readonly T[] {
  const text = typed.trim().toLowerCase();
  if (text === '') return items;
  return items
    .map((item) => ({ item, rank: rank(item.name.toLowerCase(), text) }))
    .filter(({ rank }) => rank < 4)
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

function rank(name: string, text: string): number {
  if (name.startsWith(text)) return 0;
  const at = name.indexOf(text);
  if (at > 0) return /[\p{L}\p{N}]/u.test(name[at - 1]!) ? 2 : 1;
  let from = 0;
  for (const letter of text) {
    from = name.indexOf(letter, from) + 1;
    if (from === 0) return 4;
  }
  return 3;
}
