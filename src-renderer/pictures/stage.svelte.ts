import type { ViewAction } from '../keys/actions.ts';
import { fit, hold, type Size, type View, zoom } from './zoom.ts';

/** A rectangle on the stage, in pixels from its top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How one picture is looked at: zoomed, moved, turned, with its contrast stretched. Nothing of it is kept. */
export class Stage {
  size = $state.raw<Size>({ width: 1, height: 1 });
  picture = $state.raw<Size>({ width: 1, height: 1 });
  /** Quarter turns to the right. */
  turns = $state(0);
  contrast = $state(false);
  /** The box that is being drawn, to be zoomed into. */
  box = $state.raw<Box | undefined>();
  /** undefined: fitted, also when the window changes. */
  #moved = $state.raw<View | undefined>();

  /** The picture's sides as they lie on the stage. */
  readonly shown: Size = $derived(
    this.turns % 2 === 0
      ? this.picture
      : { width: this.picture.height, height: this.picture.width },
  );
  readonly view: View = $derived(
    this.#moved ? hold(this.#moved, this.shown, this.size) : fit(this.shown, this.size),
  );
  readonly isMoved: boolean = $derived(this.#moved !== undefined);

  readonly actions: Readonly<Record<ViewAction, () => void>> = {
    'zoom-in': () => this.by(1.25),
    'zoom-out': () => this.by(0.8),
    fit: () => this.toggle(),
    box: () => this.startBox(),
    'rotate-left': () => this.turn(3),
    'rotate-right': () => this.turn(1),
    contrast: () => {
      this.contrast = !this.contrast;
    },
  };

  /** Another picture: fitted and upright; stretched contrast stays. */
  show(picture: Size): void {
    this.picture = picture;
    this.turns = 0;
    this.box = undefined;
    this.#moved = undefined;
  }

  by(factor: number, point = { x: 0, y: 0 }): void {
    const next = zoom(this.view, factor, point, this.shown, this.size);
    this.#moved = next.scale === fit(this.shown, this.size).scale ? undefined : next;
  }

  toggle(point = { x: 0, y: 0 }): void {
    if (this.#moved) this.#moved = undefined;
    else this.by(1 / this.view.scale, point);
  }

  moveTo(x: number, y: number): void {
    if (this.#moved) this.#moved = hold({ scale: this.view.scale, x, y }, this.shown, this.size);
  }

  turn(by: number): void {
    this.turns = (this.turns + by) % 4;
    this.#moved = undefined;
  }

  startBox(): void {
    const { width, height } = this.size;
    this.box = this.box
      ? undefined
      : { x: width / 4, y: height / 4, width: width / 2, height: height / 2 };
  }

  /** Moves or (with `growing`) stretches the box by so many pixels, within the stage. */
  changeBox(x: number, y: number, growing: boolean): void {
    const { box, size } = this;
    if (!box) return;
    const within = (value: number, least: number, most: number) =>
      Math.max(least, Math.min(most, value));
    this.box = growing
      ? {
          ...box,
          width: within(box.width + x, 16, size.width - box.x),
          height: within(box.height + y, 16, size.height - box.y),
        }
      : {
          ...box,
          x: within(box.x + x, 0, size.width - box.width),
          y: within(box.y + y, 0, size.height - box.height),
        };
  }

  /** What is in the box fills the stage. */
  zoomIntoBox(): void {
    const { box, size } = this;
    this.box = undefined;
    if (!box || box.width < 8 || box.height < 8) return;
    const factor = Math.min(size.width / box.width, size.height / box.height);
    const centre = {
      x: box.x + box.width / 2 - size.width / 2,
      y: box.y + box.height / 2 - size.height / 2,
    };
    const next = zoom(this.view, factor, centre, this.shown, this.size);
    // The middle of the box has stayed where it was, and goes to the middle of the stage.
    this.#moved = hold(
      { scale: next.scale, x: next.x - centre.x, y: next.y - centre.y },
      this.shown,
      size,
    );
  }
}
