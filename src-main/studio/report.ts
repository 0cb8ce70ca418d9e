/** Writing down what came of the runs: one HTML file, or a PDF, that holds everything. */
import { stat, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { StudioError, toErrorReply } from '../../src-shared/errors.ts';
import type { Context } from './context.ts';
import type { Devices } from './devices.ts';
import { fingerprinting } from './fingerprinting.ts';
import type { Handlers } from './handlers.ts';
import { writeOut } from './out-file.ts';
import { environmentOf } from './report/environment.ts';
import { embeddedFont } from './report/font.ts';
import { gather, type Sources } from './report/gather.ts';
import { reportPage } from './report/page.ts';
import { type Printer, printWithBrowser } from './report/print.ts';

type Calls = Pick<Handlers, 'report.write' | 'report.cancel'>;

export interface ReportOptions {
  /** A browser on this machine if it is not given. */
  readonly print?: Printer | undefined;
}

export function reportCalls(
  context: Context,
  devices: Devices,
  sources: Sources,
  { print = printWithBrowser }: ReportOptions = {},
): Calls {
  const printed = fingerprinting(context);
  const writing = new Set<AbortController>();
  context.onOpen((project) => {
    project.onClose(() => {
      for (const abort of writing) abort.abort();
    });
  });

  async function write(runs: readonly number[], out: string, signal: AbortSignal) {
    const kinds = kindsOf(out);
    const tell = (what: 'gathering' | 'printing', done: number, total: number) =>
      context.emit({ name: 'report.progress', data: { what, done, total } });
    const contents = await gather(
      ...([context, sources, printed, () => environmentOf(context.engine, devices)] as const),
      runs,
      { signal, onProgress: (done, total) => tell('gathering', done, total) },
    );
    const page = reportPage(contents, await embeddedFont());
    const files: { path: string; bytes: number }[] = [];
    const notes: string[] = [];
    for (const { kind, path } of kinds) {
      try {
        if (kind === 'pdf') tell('printing', 0, 1);
        const body = kind === 'pdf' ? await print(page, signal) : page;
        signal.throwIfAborted();
        const written = await writeOut(path, 'report.html', (temporary) =>
          writeFile(temporary, body),
        );
        files.push({ path: written, bytes: (await stat(written)).size });
      } catch (error) {
        signal.throwIfAborted();
        // Who asks for both gets the one that can be had.
        if (kind === 'html' || kinds.length === 1) throw error;
        notes.push(toErrorReply(error).message);
      }
    }
    return { files, notes };
  }

  return {
    'report.write': async ({ runs, out }) => {
      const abort = new AbortController();
      writing.add(abort);
      try {
        return await write(runs, out, abort.signal);
      } catch (error) {
        if (abort.signal.aborted) throw new StudioError('refused', 'The report was stopped.');
        throw error;
      } finally {
        writing.delete(abort);
      }
    },

    'report.cancel': () => {
      for (const abort of writing) abort.abort();
      return {};
    },
  };
}

/** By the ending; without one: both. @throws StudioError for another ending */
function kindsOf(out: string): readonly { readonly kind: 'html' | 'pdf'; readonly path: string }[] {
  const ending = extname(basename(out)).toLowerCase();
  if (ending === '.html' || ending === '.htm') return [{ kind: 'html', path: out }];
  if (ending === '.pdf') return [{ kind: 'pdf', path: out }];
  if (ending === '')
    return [
      { kind: 'html', path: `${out}.html` },
      { kind: 'pdf', path: `${out}.pdf` },
    ];
  throw new StudioError(
    'invalid-input',
    `A report is .html or .pdf, not ${ending}: name it so, or without an ending for both.`,
  );
}
