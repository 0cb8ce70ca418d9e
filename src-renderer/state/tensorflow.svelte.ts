import { type TensorflowState as State, tensorflowLogLines } from '../../src-shared/tensorflow.ts';
import type { StudioState } from './studio.svelte.ts';

/** TensorFlow on the studio's machine: what is installed, and an installation while it goes on. */
export class Tensorflow {
  now = $state.raw<State | undefined>();
  readonly #studio: StudioState;

  constructor(studio: StudioState) {
    this.#studio = studio;
  }

  /** Asks for it and follows it. Returns the function that stops that. */
  follow(): () => void {
    const stops = [
      this.#studio.on('tensorflow.changed', () => void this.ask()),
      this.#studio.on('tensorflow.progress', (installing) => this.#become({ installing })),
      this.#studio.on('tensorflow.log', ({ line }) =>
        this.#become({ log: [...(this.now?.log ?? []), line].slice(-tensorflowLogLines) }),
      ),
      this.#studio.onReconnect(() => void this.ask()),
    ];
    void this.ask();
    return () => {
      for (const stop of stops) stop();
    };
  }

  async ask(again = false): Promise<void> {
    this.now = (await this.#studio.ask('tensorflow.state', { again })) ?? this.now;
  }

  async install(build: 'cpu' | 'gpu'): Promise<void> {
    if (await this.#studio.ask('tensorflow.install', { build })) await this.ask();
  }

  async remove(): Promise<void> {
    this.now = (await this.#studio.ask('tensorflow.remove', {})) ?? this.now;
  }

  #become(change: Partial<State>): void {
    if (this.now) this.now = { ...this.now, ...change };
  }
}
