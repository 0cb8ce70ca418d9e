import {
  around,
  moved,
  type Place,
  type Points,
  type Size,
  showing,
  type View,
  whole,
  zoomed,
} from './geometry.ts';

/** Which part of the map is in sight. */
export class Camera {
  size = $state.raw<Size>({ width: 1, height: 1 });
  /** undefined: the whole map, also when the window changes. */
  #looked = $state.raw<View | undefined>();
  readonly view: View = $derived(this.#looked ?? whole(this.size));

  zoomBy = (
    factor: number,
    at: Place = { x: this.size.width / 2, y: this.size.height / 2 },
  ): void => {
    this.#looked = zoomed(this.view, factor, this.size, at);
  };

  moveBy(by: Place): void {
    this.#looked = moved(this.view, this.size, by);
  }

  /** Moves as little as is needed for this place to be in sight. */
  follow(place: Place): void {
    this.#looked = showing(this.view, this.size, place);
  }

  /** The same, but the whole map stays the whole map. */
  show(place: Place): void {
    if (this.#looked) this.follow(place);
  }

  /** These as large as they fit, or, where they are already looked at or are less than two, the whole map. */
  fit(points: Points, some: readonly number[]): void {
    const close = this.#looked === undefined && some.length > 1;
    this.#looked = close ? around(points, some, this.size, this.view) : undefined;
  }
}
