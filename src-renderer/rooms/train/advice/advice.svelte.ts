import { square } from '../../../../src-shared/advisor/square.ts';
import type { CallOutput } from '../../../../src-shared/contract.ts';
import type { StudioState } from '../../../state/studio.svelte.ts';
import type { Plan } from '../plan.svelte.ts';

/** What the advisor says of one network, kept up to date while the room is open. */
export class AdviceState {
  #said = $state.raw<CallOutput<'advisor.get'> | undefined>();
  #step = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  /** The network that is asked about. */
  #backbone = '';

  readonly #studio: StudioState;
  readonly #plan: Plan;

  constructor(studio: StudioState, plan: Plan) {
    this.#studio = studio;
    this.#plan = plan;
  }

  /** Follows what the advisor says of a network; returns the function that stops that. */
  follow(backbone: string): () => void {
    this.#backbone = backbone;
    this.#said = undefined;
    this.#step = null;
    const renew = () => void this.#ask(backbone);
    const stops = [
      this.#studio.on('advisor.changed', (changed) => {
        if (changed.backbone === backbone) renew();
      }),
      this.#studio.on('advisor.progress', ({ backbone: of, done, total }) => {
        if (of === backbone) this.#step = { done, total };
      }),
      // Other labels leave it outdated; a run that has ended may tell whether it was right.
      this.#studio.on('project.changed', renew),
      this.#studio.on('run.changed', ({ run }) => {
        if (run.state === 'finished') renew();
      }),
      this.#studio.onReconnect(renew),
    ];
    renew();
    return () => {
      for (const stop of stops) stop();
    };
  }

  async #ask(backbone: string): Promise<void> {
    // That it cannot be asked is no reason not to train.
    const said = await this.#studio.call('advisor.get', { backbone }).catch(() => undefined);
    if (!said || backbone !== this.#backbone) return;
    this.#said = said;
    if (!said.measuring) this.#step = null;
    this.#plan.offer(said.advice?.recommended.map(({ recipe }) => recipe));
  }

  get advice() {
    return this.#said?.advice ?? null;
  }

  /** What it means to stand there. */
  get meaning() {
    return this.advice && square[this.advice.quadrant];
  }

  /** What to label before anything can be measured; null when that is enough, or not known yet. */
  get missing(): string | null {
    return this.#said?.missing ?? null;
  }

  get outdated(): boolean {
    return this.#said?.outdated ?? false;
  }

  get outcome() {
    return this.#said?.outcome ?? null;
  }

  /** Is it being measured, and how far is that? */
  get measuring(): { readonly done: number; readonly total: number | null } | null {
    if (!this.#said?.measuring) return null;
    return this.#step ?? { done: 0, total: null };
  }

  get canMeasure(): boolean {
    return this.#said !== undefined && this.#said.missing === null && !this.#said.measuring;
  }

  async measure(): Promise<void> {
    await this.#studio.ask('advisor.run', { backbone: this.#backbone });
  }

  async stop(): Promise<void> {
    await this.#studio.ask('advisor.cancel', {});
  }
}
