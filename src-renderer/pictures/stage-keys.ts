import type { Stage } from './stage.svelte.ts';

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** Pixels that one press moves a box or the picture. */
const stride = 24;

/** What a key does on the stage; undefined when it is none of its keys. Ctrl and arrows move a zoomed picture. */
export function stageKey(
  event: KeyboardEvent,
  stage: Stage,
  action: string | undefined,
): (() => void) | undefined {
  const arrow = arrows[event.key];
  const [x, y] = (arrow ?? [0, 0]).map((way) => way * stride) as [number, number];
  if (stage.box) {
    if (arrow) return () => stage.changeBox(x, y, event.shiftKey);
    if (event.key === 'Enter') return () => stage.zoomIntoBox();
    if (event.key === 'Escape') return () => stage.startBox();
  }
  if (arrow && (event.ctrlKey || event.metaKey) && stage.isMoved)
    return () => stage.moveTo(stage.view.x - x, stage.view.y - y);
  return action !== undefined && Object.hasOwn(stage.actions, action)
    ? stage.actions[action as keyof Stage['actions']]
    : undefined;
}
