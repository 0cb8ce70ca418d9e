import type { CallOutput } from '../../../../src-shared/contract.ts';
import type { AssistState } from '../../../../src-shared/domain.ts';
import { StudioError } from '../../../../src-shared/errors.ts';
import type { StudioState } from '../../../state/studio.svelte.ts';
import { byErrors, byLabel, type ColouredBy, type Colouring } from './colouring.ts';

type Progress = {
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | null;
};

/** The map as the studio has it, and what its points are coloured by. */
export class PictureMap {
  ids = $state.raw<readonly number[]>([]);
  /** x and y of each. */
  points = $state.raw(new Float32Array(0));
  projected = $state(0);
  state = $state<'drawing' | 'drawn' | 'stopped'>('drawing');
  /** Why there is no map, in a sentence. */
  problem = $state<string | undefined>();
  progress = $state.raw<Progress | undefined>();
  /** How far the network is through the pictures, which comes first. */
  looking = $state.raw<AssistState | undefined>();
  colouredBy = $state.raw<ColouredBy>({ by: 'label' });
  readonly indexOf = $derived(new Map(this.ids.map((id, i) => [id, i])));

  readonly #studio: StudioState;
  #labels = $state.raw<ReadonlyMap<number, number>>(new Map());
  #predicted = $state.raw<ReadonlyMap<number, number>>(new Map());
  #predictions = $state.raw<CallOutput<'runs.predictions'>['predictions']>([]);
  #asked = 0;

  readonly colouring: Colouring = $derived.by(() => {
    const { labels } = this.#studio;
    if (this.colouredBy.by === 'errors') return byErrors(this.#predictions);
    return this.colouredBy.by === 'label'
      ? byLabel(labels, (id) => this.#labels.get(id), 'unlabelled')
      : byLabel(labels, (id) => this.#predicted.get(id), 'nothing predicted');
  });

  constructor(studio: StudioState) {
    this.#studio = studio;
  }

  /** Follows the studio's events; returns the function that stops that. */
  follow(): () => void {
    const stops = [
      this.#studio.on('assist.map-progress', (progress) => {
        this.progress = progress;
      }),
      this.#studio.on('assist.progress', (state) => {
        const wasLooking = this.looking?.state === 'looking';
        this.looking = state;
        if (wasLooking && state.state === 'ready') void this.draw();
      }),
      this.#studio.on('labels.assigned', ({ imageIds }) => void this.#relabel(imageIds)),
      this.#studio.on('assist.changed', () => {
        if (this.colouredBy.by === 'predicted') void this.#askPredicted();
      }),
      this.#studio.on('import.finished', () => void this.draw()),
      this.#studio.on('images.changed', ({ turned }) => {
        if (turned) void this.draw();
      }),
      this.#studio.onReconnect(() => void this.#renew()),
    ];
    void this.#renew();
    return () => {
      for (const stop of stops) stop();
    };
  }

  labelOf(id: number): number | null {
    return this.#labels.get(id) ?? null;
  }

  /** Asks for the map, which is drawn if there is none; `anew`: all is drawn again. */
  async draw(anew = false): Promise<void> {
    const asked = ++this.#asked;
    this.problem = undefined;
    if (this.ids.length === 0 || anew) this.state = 'drawing';
    try {
      const { imageIds, points, projected } = await this.#studio.call('assist.map', { anew });
      if (asked !== this.#asked) return;
      this.ids = imageIds;
      this.points = decoded(points);
      this.projected = projected;
      this.state = 'drawn';
    } catch (error) {
      if (asked !== this.#asked) return;
      const stopped = error instanceof StudioError && error.code === 'refused';
      this.state = this.ids.length > 0 ? 'drawn' : 'stopped';
      if (!stopped) this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      if (asked === this.#asked) this.progress = undefined;
    }
  }

  stop(): void {
    void this.#studio.ask('assist.cancelMap', {});
  }

  async colourBy(wanted: ColouredBy): Promise<void> {
    if (wanted.by === 'predicted') await this.#askPredicted();
    if (wanted.by === 'errors') await this.#askErrors(wanted.run);
    this.colouredBy = wanted;
  }

  async #renew(): Promise<void> {
    this.looking = await this.#studio.ask('assist.state', {});
    void this.draw();
    await this.#relabel(null);
    await this.colourBy(this.colouredBy);
  }

  /** @param ids null: of all */
  async #relabel(ids: readonly number[] | null): Promise<void> {
    if (ids === null || ids.length > 500) {
      const all = await this.#studio.ask('images.labels', {});
      if (all) this.#labels = new Map(all.imageIds.map((id, i) => [id, all.labelIds[i]!]));
      return;
    }
    const answer = await this.#studio.ask('images.get', { ids: [...ids] });
    if (!answer) return;
    const labels = new Map(this.#labels);
    for (const { id, labelId } of answer.images) {
      if (labelId === null) labels.delete(id);
      else labels.set(id, labelId);
    }
    this.#labels = labels;
  }

  async #askPredicted(): Promise<void> {
    const answer = await this.#studio.ask('images.predicted', {});
    if (answer)
      this.#predicted = new Map(answer.imageIds.map((id, i) => [id, answer.labelIds[i]!]));
  }

  /** Cross-validated runs have judged all their pictures, others those of the test. */
  async #askErrors(id: number): Promise<void> {
    const folds = await this.#studio.ask('runs.predictions', { id, of: 'folds' });
    const found =
      folds && folds.predictions.length > 0
        ? folds
        : await this.#studio.ask('runs.predictions', { id, of: 'test' });
    if (found) this.#predictions = found.predictions;
  }
}

/** Little-endian, as every machine that runs a browser is. */
function decoded(base64: string): Float32Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}
