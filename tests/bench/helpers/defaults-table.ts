/** What the runs of `defaults` say, as a table of Markdown. */
import { type DefaultsLine, networks, sets, variants } from './defaults-runs.ts';
import { meanOf, points, signed } from './learns-table.ts';

const [, asItIs] = variants;

/**
 * Of each variant the mean accuracy in percent on each network and set, and the mean of its differences from the
 * defaults on the same pictures with the same seed, in points, with a 95 % interval by Student's t.
 */
export function defaultsTable(lines: readonly DefaultsLine[]): string {
  const cells = networks.flatMap((network) => sets.map((set) => ({ network, set })));
  const rows = variants.map(({ name }) => {
    const own = lines.filter((line) => line.variant === name);
    const differences = own.flatMap((line) => {
      const other = lines.find(
        ({ network, set, seed, variant }) =>
          variant === asItIs!.name &&
          network === line.network &&
          set === line.set &&
          seed === line.seed,
      );
      return other ? [line.accuracy - other.accuracy] : [];
    });
    const means = cells.map(({ network, set }) => {
      const here = own.filter((line) => line.network === network && line.set === set);
      return here.length > 0 ? points(meanOf(here.map(({ accuracy }) => accuracy)).mean) : '–';
    });
    const isKnown = name !== asItIs!.name && differences.length > 0;
    const difference = isKnown ? signed(meanOf(differences)) : '–';
    return `| ${[name, ...means, difference, differences.length].join(' | ')} |`;
  });
  return [
    `| | ${cells.map(({ network, set }) => `${network}, ${set}`).join(' | ')} | against the defaults | runs |`,
    `|---${'|---'.repeat(cells.length + 2)}|`,
    ...rows,
  ].join('\n');
}
