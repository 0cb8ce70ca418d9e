import { type Command, InvalidArgumentError } from 'commander';
import type { CallOutput } from '../../../src-shared/contract.ts';
import type { FeatureCacheState } from '../../../src-shared/domain.ts';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { fileSize, print, printJson, table } from '../output.ts';
import { withProject } from '../session.ts';

interface Options extends CommonOptions {
  readonly limit?: number;
  readonly clear: boolean;
  readonly clearRuns: boolean;
}

const units = { kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 } as const;

/** "500MB", "10 GB", "1.5gb": decimal, as the sizes are shown. */
export function sizeOf(text: string): number {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]b)\s*$/i.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError('It is a size like 500MB or 10GB.');
  return Math.round(Number(number) * units[unit!.toLowerCase() as keyof typeof units]);
}

function cacheText({ bytes, limitBytes, entries }: FeatureCacheState): string {
  const sum = `${fileSize(bytes)} of at most ${fileSize(limitBytes)}.`;
  if (entries.length === 0) return sum;
  const rows = table(entries, [
    { title: 'Network', text: ({ network }) => network ?? 'left over' },
    { title: 'Cut', text: ({ network, cut }) => cut ?? (network ? 'in 8 bits' : '–') },
    { title: 'Pictures', text: ({ pictures }) => String(pictures), align: 'right' },
    { title: 'Views', text: ({ views }) => String(views), align: 'right' },
    { title: 'Size', text: ({ bytes }) => fileSize(bytes), align: 'right' },
    { title: 'Now', text: ({ inUse }) => (inUse ? 'in use' : '') },
  ]);
  return `${rows}\n\n${sum}`;
}

function deletedText({ runs, bytes }: CallOutput<'runs.deleted'>): string {
  if (runs.length === 0) return '';
  const names = runs.map(({ id }) => id).join(', ');
  return `\n${fileSize(bytes)} of deleted runs (${names}), which the studio can bring back.`;
}

export function cache(program: Command): void {
  addCommonOptions(program.command('cache <dir>'))
    .description('show what is kept of frozen networks, limit it, or remove it')
    .option('--limit <size>', 'what it may take, such as 500MB or 10GB, in every project', sizeOf)
    .option('--clear', 'remove all that is not in use; the next training computes it again', false)
    .option('--clear-runs', 'remove deleted runs for good; they cannot be brought back then', false)
    .action((dir: string, options: Options) =>
      withProject(dir, options.connect, async ({ studio }) => {
        if (options.limit !== undefined) {
          await studio.call('features.limit', { bytes: options.limit });
        }
        if (options.clear) await studio.call('features.clear', {});
        if (options.clearRuns) await studio.call('runs.free', {});
        const state = await studio.call('features.state', {});
        const deleted = await studio.call('runs.deleted', {});
        if (options.json) printJson({ ...state, deletedRuns: deleted });
        else print(cacheText(state) + deletedText(deleted));
      }),
    );
}
