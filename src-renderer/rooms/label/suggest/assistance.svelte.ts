import { SvelteMap } from 'svelte/reactivity';
import type { CallOutput } from '../../../../src-shared/contract.ts';
import type { AssistState, Suggestion } from '../../../../src-shared/domain.ts';
import type { StudioState } from '../../../state/studio.svelte.ts';

type Answer = CallOutput<'assist.groups'>;
export type Group = Answer['groups'][number];

/** Several answers in quick succession are one. */
const settleMs = 60;

/** Every lesson moves all confidences a little: that is not worth drawing all tiles anew, for which a key would wait. */
const isAsGood = (shown: Suggestion, now: Suggestion) =>
  shown.labelId === now.labelId && Math.abs(shown.confidence - now.confidence) < 0.02;

/** What the model helps with in the room: suggestions for the pictures in sight, and groups to look at. */
export class Assistance {
  state = $state.raw<AssistState | undefined>();
  groups = $state.raw<readonly Group[]>([]);
  /** Labels of which too little is known for groups. */
  waitingFor = $state.raw<Answer['waitingFor']>([]);
  readonly #studio: StudioState;
  readonly #of = new SvelteMap<number, Suggestion>();
  readonly #asked = new Set<number>();
  /** Labels that the person expects no more pictures of. */
  #regardless: readonly number[] = [];
  #sight: readonly number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(studio: StudioState) {
    this.#studio = studio;
  }

  /** Follows the studio's events; returns the function that stops that. */
  follow(): () => void {
    const stops = [
      this.#studio.on('assist.progress', (state) => {
        this.state = state;
      }),
      this.#studio.on('assist.changed', () => void this.renew()),
      this.#studio.onReconnect(() => void this.renew()),
    ];
    void this.renew();
    return () => {
      clearTimeout(this.#timer);
      for (const stop of stops) stop();
    };
  }

  of(id: number): Suggestion | undefined {
    return this.#of.get(id);
  }

  /** Says which pictures are in sight. */
  want(ids: readonly number[]): void {
    this.#sight = ids;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fetch(), settleMs);
  }

  async renew(): Promise<void> {
    this.#asked.clear();
    this.state = await this.#studio.ask('assist.state', {});
    if (!this.state?.suggesting || this.state.done === 0) {
      this.#of.clear();
      this.groups = [];
      this.waitingFor = [];
      return;
    }
    await this.#fetch();
    await this.#askForGroups();
  }

  /** It was looked at: the next one comes before the studio has thought anew. */
  putAside(group: Group): void {
    this.groups = this.groups.filter((one) => one !== group);
  }

  /** Groups no longer wait for the labels that they wait for now. */
  async waitNoLonger(): Promise<void> {
    this.#regardless = [...this.#regardless, ...this.waitingFor.map(({ labelId }) => labelId)];
    await this.#askForGroups();
  }

  async #askForGroups(): Promise<void> {
    const answer = await this.#studio.ask('assist.groups', { regardless: [...this.#regardless] });
    if (!answer) return;
    this.groups = answer.groups;
    this.waitingFor = answer.waitingFor;
  }

  async #fetch(): Promise<void> {
    if (!this.state?.suggesting || this.state.done === 0) return;
    const imageIds = this.#sight.filter((id) => !this.#asked.has(id)).slice(0, 2000);
    if (imageIds.length === 0) return;
    for (const id of imageIds) this.#asked.add(id);
    const answer = await this.#studio.ask('assist.suggestions', { imageIds });
    if (!answer) return;
    const found = new Map(answer.suggestions.map((one) => [one.imageId, one]));
    for (const id of imageIds) {
      const [before, one] = [this.#of.get(id), found.get(id)];
      if (!one) this.#of.delete(id);
      else if (!before || !isAsGood(before, one)) this.#of.set(id, one);
    }
  }
}
