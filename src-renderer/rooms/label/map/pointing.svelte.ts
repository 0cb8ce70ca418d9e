import type { Camera } from './camera.svelte.ts';
import { inSight, mostThumbnails } from './draw.ts';
import { inLasso, nearest, type Place, type Points, toMap } from './geometry.ts';

interface Mapped {
  points(): Points;
  /** May the point be chosen? */
  passes(i: number): boolean;
  /** Does the first button move the map rather than draw a line? */
  moves(): boolean;
  /** A line was drawn around these; `adding` while Ctrl or Shift was held. */
  onlasso(some: readonly number[], adding: boolean): void;
  onpick(i: number, adding: boolean): void;
  /** A drag or a click begins. */
  onbegin(): void;
}

/** How near a click has to be to a point, in pixels, and how far it moves before it is a drag. */
const near = 14;
const threshold = 5;

/** The pointer on the map: a line drawn around pictures selects them; with another button or the hand it moves the map. */
export class Pointing {
  lasso = $state.raw<readonly Place[]>([]);
  hovered = $state<number | undefined>();
  #drag: { readonly at: Place; readonly moves: boolean; readonly adding: boolean } | undefined;
  #going = false;
  readonly #camera: Camera;
  readonly #map: Mapped;

  constructor(camera: Camera, map: Mapped) {
    this.#camera = camera;
    this.#map = map;
  }

  begin = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    event.currentTarget.focus({ preventScroll: true });
    event.currentTarget.setPointerCapture(event.pointerId);
    const moves = event.button !== 0 || (this.#map.moves() && !event.shiftKey);
    this.#drag = { at: placeOn(event), moves, adding: isAdding(event) };
    this.#going = false;
    this.#map.onbegin();
  };

  move = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const at = placeOn(event);
    const drag = this.#drag;
    if (!drag) {
      this.hovered = this.#pointAt(at);
      return;
    }
    const by = { x: at.x - drag.at.x, y: at.y - drag.at.y };
    if (!this.#going && Math.hypot(by.x, by.y) < threshold) return;
    if (drag.moves) {
      this.#camera.moveBy(by);
      this.#drag = { ...drag, at };
    } else {
      const begun = this.lasso.length > 0 ? this.lasso : [this.#onMap(drag.at)];
      this.lasso = [...begun, this.#onMap(at)];
    }
    this.#going = true;
    this.hovered = undefined;
  };

  end = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const { adding, moves } = this.#drag ?? { adding: false, moves: true };
    const { points, passes } = this.#map;
    if (this.#going && !moves) this.#map.onlasso(inLasso(points(), this.lasso, passes), adding);
    else if (!this.#going && event.button === 0) {
      const picked = this.#pointAt(placeOn(event));
      if (picked !== undefined) this.#map.onpick(picked, isAdding(event));
    }
    this.giveUp();
  };

  giveUp = (): void => {
    this.lasso = [];
    this.#drag = undefined;
  };

  leave = (): void => {
    this.hovered = undefined;
  };

  /** Not passive: the page must not scroll or zoom instead. */
  wheel = (element: HTMLElement): (() => void) => {
    const onwheel = (event: WheelEvent) => {
      event.preventDefault();
      const step = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 400 : 8;
      const { left, top } = element.getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      this.#camera.zoomBy(2 ** (-event.deltaY / step), at);
    };
    element.addEventListener('wheel', onwheel, { passive: false });
    return () => element.removeEventListener('wheel', onwheel);
  };

  #onMap = (at: Place): Place => toMap(this.#camera.view, this.#camera.size, at);

  #pointAt(at: Place): number | undefined {
    const { view, size } = this.#camera;
    const points = this.#map.points();
    const few = inSight({ points, view, size }).length <= mostThumbnails;
    const reach = (few ? 3 * near : near) / view.scale;
    return nearest(points, this.#onMap(at), reach, this.#map.passes);
  }
}

const isAdding = (event: MouseEvent) => event.ctrlKey || event.metaKey || event.shiftKey;

function placeOn(event: MouseEvent & { currentTarget: HTMLElement }): Place {
  const { left, top } = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}
