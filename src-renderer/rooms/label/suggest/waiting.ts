import { fewestToSuggest } from '../../../../src-shared/readiness.ts';

/** Why there are no groups yet: which labels have to become better known, in a sentence. */
export function waitingWords(
  labels: readonly { readonly name: string; readonly pictures: number }[],
): string {
  const [first, ...others] = labels;
  if (!first) return '';
  if (others.length === 0)
    return `Groups wait until ${first.name} has ${fewestToSuggest} pictures too; it has ${first.pictures}.`;
  const names = labels.map(({ name }) => name);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `Groups wait until ${list} have ${fewestToSuggest} pictures each.`;
}
