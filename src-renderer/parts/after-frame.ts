/**
 * Does something when what is in the page by now has been drawn, at the beginning of a later frame. What was asked for is to
 * be seen first; and what the studio has answered meanwhile is not to wait behind a frame that nobody waits for.
 *
 * @returns the function that calls it off
 */
export function afterFrame(work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame = requestAnimationFrame(() => {
    timer = setTimeout(() => {
      frame = requestAnimationFrame(work);
    });
  });
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
