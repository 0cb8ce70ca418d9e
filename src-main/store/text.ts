/** How names are compared and ordered, the same in SQL and in TypeScript. */

/** Two names are the same name when these agree: case and composition of accents do not matter. */
export function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/**
 * A key whose byte order is the order of a file manager: case and accents ignored at first, numbers by
 * value ("2.jpg" before "10.jpg"). The folded text follows, so that only equal names have equal keys.
 *
 * A run of digits becomes its length (as a letter from 'a'; 26 or more digits count as 26) and itself
 * without leading zeros: "7" -> "0a7", "10" -> "0b10".
 */
export function naturalKey(text: string): string {
  const folded = fold(text);
  const plain = folded.normalize('NFKD').replace(/\p{M}/gu, '');
  const padded = plain.replace(/\d+/g, (digits) => {
    const significant = digits.replace(/^0+(?=\d)/, '');
    return `0${String.fromCharCode(96 + Math.min(significant.length, 26))}${significant}`;
  });
  return `${padded}\u0001${folded}`;
}
