import type { Step } from '../../../pictures/grid-shape.ts';
import type { Camera } from './camera.svelte.ts';
import {
  type Box,
  type Direction,
  nearest,
  type Place,
  type Points,
  placeOf,
  towards,
} from './geometry.ts';

const everywhere = Number.POSITIVE_INFINITY;
export const ways = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const;

/** Where the keyboard is: on a picture, or, while it is on none, in the middle of what is in sight. */
export const placeOfCursor = (
  points: Points,
  cursor: number | undefined,
  { view }: Camera,
): Place => (cursor === undefined ? { x: view.x, y: view.y } : placeOf(points, cursor));

/** The point that a step of the keyboard leads to; undefined where there is none to be on. */
export function pointAfter(
  points: Points,
  cursor: number | undefined,
  step: Step,
  camera: Camera,
  passes: (i: number) => boolean,
): number | undefined {
  const here = placeOfCursor(points, cursor, camera);
  const far = camera.size.height / 2 / camera.view.scale;
  let to: number | undefined;
  if (step === 'page-up' || step === 'page-down') {
    const y = here.y + (step === 'page-up' ? -far : far);
    to = nearest(points, { x: here.x, y }, everywhere, passes);
  } else if (step === 'first' || step === 'last') {
    const x = here.x + (step === 'first' ? -4 : 4);
    to = nearest(points, { x, y: here.y }, everywhere, passes);
  } else to = towards(points, here, step, passes);
  return to ?? cursor ?? nearest(points, here, everywhere, passes);
}

/** A box that is begun at `start` and stretched one step further; what is in sight follows it. */
export function stretched(
  box: Box | undefined,
  start: Place,
  direction: Direction,
  camera: Camera,
): Box {
  const { width, height } = camera.size;
  const last = box?.to ?? start;
  const stride = Math.max(12, Math.min(width, height) / 24) / camera.view.scale;
  const [dx, dy] = ways[direction];
  const to = { x: last.x + dx * stride, y: last.y + dy * stride };
  camera.follow(to);
  return { from: box?.from ?? start, to };
}
