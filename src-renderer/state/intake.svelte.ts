import type { ImportReport, Rejection } from '../../src-shared/domain.ts';
import { importRoots } from '../../src-shared/import-roots.ts';
import { upload } from '../../src-shared/upload.ts';
import { pictures } from '../parts/words.ts';
import type { PickedFile, Sources } from '../sources/sources.ts';
import type { StudioState } from './studio.svelte.ts';

/** Uploading counts files and bytes; importing counts files, also those of an import begun elsewhere. */
export type Taking =
  | {
      readonly step: 'uploading';
      readonly done: number;
      readonly total: number;
      readonly bytes: number;
      readonly totalBytes: number;
      readonly secondsLeft: number | null;
    }
  | {
      readonly step: 'importing';
      readonly importId: string;
      readonly done: number;
      readonly total: number | null;
      readonly secondsLeft: number | null;
    };

/** Pictures on their way into the project: first to the studio's machine if need be, then through its import. */
export class Intake {
  /** What goes on now; undefined: nothing. */
  now = $state.raw<Taking | undefined>();
  /** Of the last import that left something out, until it is put away. */
  report = $state.raw<ImportReport | undefined>();

  readonly #studio: StudioState;
  #abort: AbortController | undefined;
  /** What uploading turned down; goes into the report of the import that follows. */
  #rejected: readonly Rejection[] = [];

  constructor(studio: StudioState) {
    this.#studio = studio;
  }

  follow(): () => void {
    const stops = [
      this.#studio.on('import.progress', (progress) => {
        this.now = { step: 'importing', ...progress };
      }),
      this.#studio.on('import.finished', ({ report, error, undoable }) => {
        this.now = undefined;
        if (error !== null) this.#studio.notices.error(error);
        if (report) this.#finish(report, undoable);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Takes the sources into the open project. What goes wrong is told to the person. */
  async take(
    sources: Sources,
    { labels, watch }: { readonly labels: 'none' | 'folders'; readonly watch: boolean },
  ): Promise<void> {
    this.report = undefined;
    this.#rejected = [];
    try {
      const paths =
        sources.kind === 'paths' ? [...sources.paths] : await this.#upload(sources.files);
      if (paths.length > 0)
        await this.#studio.call('images.import', { sources: paths, labels, watch });
      else if (this.#rejected.length > 0) this.#finish(nothingImported);
    } catch (error) {
      if (!isAbort(error)) this.#studio.tell(error);
    }
  }

  async stop(): Promise<void> {
    if (this.now?.step === 'uploading') this.#abort?.abort();
    if (this.now?.step === 'importing')
      await this.#studio.ask('images.cancelImport', { importId: this.now.importId });
  }

  async #upload(files: readonly PickedFile[]): Promise<string[]> {
    const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0);
    const began = performance.now();
    this.#abort = new AbortController();
    const show = (done: number, bytes: number) => {
      const seconds = (performance.now() - began) / 1000;
      // The first second says little about the line.
      const secondsLeft =
        bytes > 0 && seconds > 1 ? (seconds / bytes) * (totalBytes - bytes) : null;
      this.now = { step: 'uploading', done, total: files.length, bytes, totalBytes, secondsLeft };
    };
    show(0, 0);
    try {
      const { uploaded, rejected } = await upload(files, {
        purpose: 'import',
        call: (name, input) => this.#studio.call(name, input),
        connected: () => this.#studio.whenConnected(),
        onProgress: ({ files: done, bytes }) => show(done, bytes),
        signal: this.#abort.signal,
      });
      this.#rejected = rejected;
      return importRoots(uploaded);
    } finally {
      this.now = undefined;
    }
  }

  #finish(report: ImportReport, undoable = false): void {
    const rejected = [...this.#rejected, ...report.rejected];
    this.#rejected = [];
    if (rejected.length > 0) this.report = { ...report, rejected };
    const parts = [
      report.cancelled
        ? `Stopped after ${pictures(report.imported)}`
        : `${pictures(report.imported)} imported`,
      report.duplicates > 0 ? `${report.duplicates} already here` : '',
      rejected.length > 0 ? `${rejected.length} left out` : '',
    ];
    const words = `${parts.filter(Boolean).join(', ')}.`;
    if (undoable) this.#studio.undoing.tell(words);
    else this.#studio.notices.info(words);
  }
}

const nothingImported: ImportReport = {
  imported: 0,
  duplicates: 0,
  rejected: [],
  labels: {},
  cancelled: false,
};

const isAbort = (error: unknown) => error instanceof DOMException && error.name === 'AbortError';
