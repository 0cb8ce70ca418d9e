import type { Command } from 'commander';
import { interruptible } from '../interrupt.ts';
import { labelNames, lookAtAll, pathsOf } from '../look.ts';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { percent, plural, print, printJson, table } from '../output.ts';
import { createProgress } from '../progress.ts';
import { type Session, withProject } from '../session.ts';

/** Paths and names instead of ids. */
async function reviewOf(session: Session) {
  const found = await session.studio.call('assist.review', {});
  const { labelIssues, duplicates, outliers } = found;
  const ids = [...labelIssues, ...outliers].map(({ imageId }) => imageId);
  const paths = await pathsOf(session, [...new Set([...ids, ...duplicates.flat()])]);
  const names = await labelNames(session);
  return {
    labelIssues: labelIssues.map(({ imageId, given, suggested, score }) => ({
      path: paths.get(imageId)!,
      given: names.get(given)!,
      suggested: names.get(suggested)!,
      score,
    })),
    duplicates: duplicates.map((group) => group.map((id) => paths.get(id)!)),
    outliers: outliers.map(({ imageId, score }) => ({ path: paths.get(imageId)!, score })),
  };
}

function reviewText(found: Awaited<ReturnType<typeof reviewOf>>): string {
  const { labelIssues, duplicates, outliers } = found;
  const parts: string[] = [];
  if (labelIssues.length > 0) {
    parts.push(
      `${plural(labelIssues.length, 'label')} may be wrong:`,
      table(labelIssues, [
        { title: 'File', text: ({ path }) => path },
        { title: 'Label', text: ({ given }) => given },
        { title: 'Rather', text: ({ suggested }) => suggested },
        { title: 'Label is right', text: ({ score }) => percent(score), align: 'right' },
      ]),
    );
  }
  if (duplicates.length > 0) {
    parts.push(
      `${plural(duplicates.length, 'group')} of copies:`,
      duplicates.map((group) => group.join('\n')).join('\n\n'),
    );
  }
  if (outliers.length > 0) {
    parts.push(
      `${plural(outliers.length, 'picture')} unlike all others:`,
      outliers.map(({ path }) => path).join('\n'),
    );
  }
  return parts.length > 0 ? parts.join('\n\n') : 'Nothing to look at again.';
}

export function review(program: Command): void {
  addCommonOptions(program.command('review <dir>'))
    .description('find labels that may be wrong, copies, and pictures unlike all others')
    .action((dir: string, options: CommonOptions) =>
      withProject(dir, options.connect, (session) =>
        interruptible(async (signal) => {
          await lookAtAll(session, createProgress(options), signal);
          const found = await reviewOf(session);
          if (options.json) printJson(found);
          else print(reviewText(found));
        }),
      ),
    );
}
