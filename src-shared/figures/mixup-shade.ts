/**
 * Background of a cell of a confusion matrix: the more pictures the stronger, and a single one off the diagonal is
 * seen too. No stronger than the text on it can be read with on both themes (4.5 : 1).
 *
 * @param count pictures in the cell, at least one
 * @param most pictures in the fullest cell
 * @param right is it on the diagonal?
 */
export function mixupShade(count: number, most: number, right: boolean): string {
  const share = Math.round(12 + (count / most) * 38);
  return `color-mix(in srgb, var(${right ? '--accent' : '--bad'}) ${share}%, var(--panel))`;
}
