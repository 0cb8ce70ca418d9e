import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Epoch, Run, RunPhase } from '../../src-shared/domain.ts';
import type { StudioState } from './studio.svelte.ts';

export interface Phase {
  readonly phase: RunPhase;
  readonly done: number;
  readonly total: number;
}

export interface Features {
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | null;
}

/** The runs of the open project, newest first, and what streams in from the one that is training. */
export class RunsState {
  list = $state.raw<readonly Run[]>([]);
  /** False until the first answer. */
  loaded = $state(false);
  readonly finished: readonly Run[] = $derived(
    this.list.filter(({ state }) => state === 'finished'),
  );
  /** In the order in which they will be trained. */
  readonly active: readonly Run[] = $derived(
    this.list.filter(({ state }) => state === 'running' || state === 'queued').reverse(),
  );

  readonly #studio: StudioState;
  readonly #epochs = new SvelteMap<number, readonly Epoch[]>();
  readonly #features = new SvelteMap<number, Features>();
  readonly #phases = new SvelteMap<number, Phase>();
  readonly #asked = new Set<number>();

  constructor(studio: StudioState) {
    this.#studio = studio;
  }

  /** Follows the studio's events; returns the function that stops that. */
  follow(): () => void {
    const stops = [
      this.#studio.on('run.changed', ({ run }) => this.#learn(run)),
      this.#studio.on('run.deleted', ({ id }) => {
        this.list = this.list.filter((run) => run.id !== id);
      }),
      this.#studio.on('run.features', ({ id, ...features }) => this.#features.set(id, features)),
      this.#studio.on('run.phase', ({ id, ...phase }) => this.#phases.set(id, phase)),
      this.#studio.on('run.epoch', ({ id, epoch }) => {
        // Those before it, if any, come with the first question for them.
        const before = this.#epochs.get(id) ?? [];
        this.#epochs.set(id, [...before.filter((known) => known.epoch < epoch.epoch), epoch]);
      }),
      this.#studio.onReconnect(() => void this.renew()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Asks for everything anew: another project, or events that were missed. */
  async renew(): Promise<void> {
    this.#epochs.clear();
    this.#features.clear();
    this.#phases.clear();
    this.#asked.clear();
    const answer = this.#studio.project ? await this.#studio.ask('runs.list', {}) : { runs: [] };
    if (!answer) return;
    this.list = answer.runs.toSorted((a, b) => b.id - a.id);
    this.loaded = true;
  }

  find(id: number): Run | undefined {
    return this.list.find((run) => run.id === id);
  }

  /** The epochs so far; asks for those of the past the first time. */
  epochs(id: number): readonly Epoch[] {
    if (!this.#asked.has(id)) {
      this.#asked.add(id);
      void this.#fetchEpochs(id);
    }
    return this.#epochs.get(id) ?? [];
  }

  /** How far the frozen trunk has come with this run's pictures; undefined before it has begun. */
  features(id: number): Features | undefined {
    return this.#features.get(id);
  }

  /** What it does between its features and its first epoch; undefined before. */
  phase(id: number): Phase | undefined {
    return this.#phases.get(id);
  }

  async #fetchEpochs(id: number): Promise<void> {
    const answer = await this.#studio.ask('runs.epochs', { id });
    if (!answer) return;
    const last = answer.epochs.at(-1)?.epoch ?? 0;
    const since = (this.#epochs.get(id) ?? []).filter(({ epoch }) => epoch > last);
    this.#epochs.set(id, [...answer.epochs, ...since]);
  }

  #learn(run: Run): void {
    // It began anew, or goes on after an earlier epoch than the last that was told.
    const told = this.#epochs.get(run.id) ?? [];
    if (told.length > run.epochs) this.#epochs.set(run.id, told.slice(0, run.epochs));
    if (this.find(run.id)?.partsDone !== run.partsDone) {
      // Another training of the same run begins.
      this.#features.delete(run.id);
      this.#phases.delete(run.id);
    }
    const known = this.list.some(({ id }) => id === run.id);
    this.list = known
      ? this.list.map((old) => (old.id === run.id ? run : old))
      : [run, ...this.list].toSorted((a, b) => b.id - a.id);
  }
}

export const [getRuns, setRuns] = createContext<RunsState>();
