/** Starting what goes on by itself in the studio, and following its events to the end. */
import type { CallInput, StudioEvent } from '../../src-shared/contract.ts';
import type { Epoch, ImportReport, Run, RunPhase } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { type Turn, turnAfter } from '../../src-shared/parts.ts';
import { Interrupted } from './interrupt.ts';
import type { Session } from './session.ts';

/** One line of `train --json`. */
export type RunEvent =
  | { readonly event: 'started' | 'finished' | 'cancelled'; readonly run: Run }
  | { readonly event: 'failed'; readonly run: Run; readonly reason: string }
  | {
      readonly event: 'features';
      readonly run: number;
      readonly done: number;
      readonly total: number;
      readonly secondsLeft: number | null;
    }
  | {
      readonly event: 'phase';
      readonly run: number;
      readonly phase: RunPhase;
      readonly done: number;
      readonly total: number;
    }
  /** What begins now of a run that consists of several trainings; its epochs follow. */
  | ({ readonly event: 'part'; readonly run: number } & Turn)
  | { readonly event: 'note'; readonly run: number; readonly note: string }
  | ({ readonly event: 'epoch'; readonly run: number } & Epoch);

const hasEnded = ({ state }: Run) => state !== 'queued' && state !== 'running';

/** Queues these runs; see `follow`. */
export const train = (
  session: Session,
  runs: CallInput<'runs.start'>['runs'],
  tell: (event: RunEvent) => void,
  signal: AbortSignal,
) =>
  follow(
    session,
    async () => (await session.studio.call('runs.start', { runs })).runs,
    tell,
    signal,
  );

/** Lets an interrupted run go on; see `follow`. */
export const resume = (
  session: Session,
  id: number,
  elsewhere: Omit<CallInput<'runs.resume'>, 'id'>,
  tell: (event: RunEvent) => void,
  signal: AbortSignal,
) =>
  follow(
    session,
    async () => [(await session.studio.call('runs.resume', { id, ...elsewhere })).run],
    tell,
    signal,
  );

/**
 * Queues runs and tells what happens to them, each epoch once, until all of them have ended.
 * @returns the runs as they ended, in the order they were asked for
 * @throws Interrupted when `signal` was aborted; the runs are cancelled then
 */
async function follow(
  session: Session,
  queue: () => Promise<readonly Run[]>,
  tell: (event: RunEvent) => void,
  signal: AbortSignal,
): Promise<readonly Run[]> {
  const { studio } = session;
  const current = new Map<number, Run>();
  const epochsTold = new Map<number, number>();
  const started = new Set<number>();
  const all = Promise.withResolvers<void>();
  all.promise.catch(() => {}); // until it is awaited below
  // Events may come before the reply that tells the runs' ids.
  let early: StudioEvent[] | null = [];

  function tellEpoch(id: number, epoch: Epoch): void {
    if (epoch.epoch <= (epochsTold.get(id) ?? 0)) return;
    epochsTold.set(id, epoch.epoch);
    tell({ event: 'epoch', run: id, ...epoch });
  }

  function changed(run: Run): void {
    const before = current.get(run.id);
    if (!before || hasEnded(before)) return;
    current.set(run.id, run);
    const isNew = run.state !== 'queued' && run.startedAt !== null && !started.has(run.id);
    if (isNew) {
      started.add(run.id);
      tell({ event: 'started', run });
    }
    const another = run.partsDone !== before.partsDone;
    // Another training tells its epochs from the first.
    if (another) epochsTold.delete(run.id);
    const turn = turnAfter(run.partsDone, run.settings);
    if (turn && run.state === 'running' && (isNew || another))
      tell({ event: 'part', run: run.id, ...turn });
    const said = before.state === 'queued' ? 0 : before.notes.length;
    for (const note of run.notes.slice(said)) {
      // Another try tells its epochs from the first.
      epochsTold.delete(run.id);
      tell({ event: 'note', run: run.id, note });
    }
    if (run.state === 'failed') {
      tell({ event: 'failed', run, reason: run.reason ?? 'The reason is unknown.' });
    } else if (run.state === 'finished' || run.state === 'cancelled') {
      tell({ event: run.state, run });
    }
    if ([...current.values()].every(hasEnded)) all.resolve();
  }

  function received(event: StudioEvent): void {
    if (event.name === 'run.changed') changed(event.data.run);
    else if (event.name === 'run.deleted') {
      const run = current.get(event.data.id);
      if (run) changed({ ...run, state: 'cancelled', reason: 'The run was deleted.' });
    } else if (event.name === 'run.features' && current.has(event.data.id)) {
      const { id, ...counts } = event.data;
      tell({ event: 'features', run: id, ...counts });
    } else if (event.name === 'run.phase' && current.has(event.data.id)) {
      const { id, ...where } = event.data;
      tell({ event: 'phase', run: id, ...where });
    } else if (event.name === 'run.epoch' && current.has(event.data.id)) {
      tellEpoch(event.data.id, event.data.epoch);
    } else if (event.name === 'project.changed' && event.data.project === null) {
      all.reject(new StudioError('unavailable', 'The project was closed while its runs waited.'));
    }
  }

  async function catchUp(): Promise<void> {
    const { runs: now } = await studio.call('runs.list', {});
    for (const id of current.keys()) {
      const { epochs } = await studio.call('runs.epochs', { id });
      for (const epoch of epochs) tellEpoch(id, epoch);
      const run = now.find((one) => one.id === id);
      if (run) changed(run);
    }
  }

  async function cancelAll(): Promise<void> {
    // The last one first, so that none of them starts because the one before it ended.
    for (const run of [...current.values()].reverse()) {
      if (!hasEnded(current.get(run.id)!)) await studio.call('runs.cancel', { id: run.id });
    }
  }

  const stopListening = [
    studio.subscribe((event) => (early ? early.push(event) : received(event))),
    session.onMissed(() => void catchUp().catch(all.reject)),
  ];
  try {
    for (const run of await queue()) {
      current.set(run.id, run);
      // Of what was trained before nothing is told again.
      epochsTold.set(run.id, run.checkpointEpoch ?? 0);
    }
    const held = early;
    early = null;
    for (const event of held) received(event);
    const cancel = () => void cancelAll().catch(all.reject);
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    await all.promise;
    if (signal.aborted) throw new Interrupted();
    return [...current.values()];
  } finally {
    for (const stop of stopListening) stop();
  }
}

export interface ImportProgress {
  readonly done: number;
  readonly total: number | null;
  readonly secondsLeft: number | null;
}

/**
 * Imports and waits for the report.
 * @throws Interrupted when `signal` was aborted; what was imported by then stays
 */
export async function importImages(
  session: Session,
  input: CallInput<'images.import'>,
  tell: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<ImportReport> {
  const { studio } = session;
  const finished = Promise.withResolvers<ImportReport>();
  finished.promise.catch(() => {}); // until it is awaited below
  let importId: string | null = null;
  const early: StudioEvent[] = [];

  function received(event: StudioEvent): void {
    if (importId === null) early.push(event);
    else if (event.name === 'import.progress' && event.data.importId === importId) tell(event.data);
    else if (event.name === 'import.finished' && event.data.importId === importId) {
      const { report, error } = event.data;
      if (report) finished.resolve(report);
      else finished.reject(new StudioError('refused', error ?? 'The import failed.'));
    }
  }

  const stopListening = [
    studio.subscribe(received),
    session.onMissed(() =>
      finished.reject(
        new StudioError(
          'unavailable',
          'The studio was restarted during the import: import again, what is there already is skipped.',
        ),
      ),
    ),
  ];
  try {
    ({ importId } = await studio.call('images.import', input));
    for (const event of early) received(event);
    const id = importId;
    const cancel = () =>
      void studio.call('images.cancelImport', { importId: id }).catch(finished.reject);
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    const report = await finished.promise;
    if (signal.aborted) throw new Interrupted();
    return report;
  } finally {
    for (const stop of stopListening) stop();
  }
}
