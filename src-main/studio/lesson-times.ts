/** When suggestions are taught: right behind a label, for that is when the next key is furthest away. */

/** What the label changes on the screen is there by then. */
const shownMs = 30;
/** With these a label is answered within a second, whatever keys come, unless a lesson takes more than a quarter of one. */
const [mostWaitMs, mostRestMs] = [700, 450];
/** Three times as long as the lesson took, so that who labels steadily has most of a core back. */
const restOf = (tookMs: number) => Math.min(3 * tookMs, mostRestMs);

export interface LessonTimes {
  /** There is something to be taught. */
  wanted(): void;
}

/**
 * Labels in quick succession are taught together: a lesson begins behind the first label after a rest, or, when no more
 * labels come, when the first of those that wait has waited long enough.
 * @param teach the lesson; one at a time, of all that has come before it begins. It does not reject
 */
export function lessonTimes(teach: () => Promise<void>): LessonTimes {
  /** When the first label came that no lesson knows of yet. */
  let waitingSince: number | null = null;
  let restedAt = 0;
  let isTeaching = false;
  let timer: NodeJS.Timeout | undefined;

  function plan(since: number): void {
    clearTimeout(timer);
    const now = performance.now();
    const latest = since + mostWaitMs;
    const due = now < restedAt ? Math.max(latest, restedAt) : Math.min(now + shownMs, latest);
    timer = setTimeout(() => void lesson(), Math.max(0, due - now)).unref();
  }

  async function lesson(): Promise<void> {
    isTeaching = true;
    waitingSince = null;
    const began = performance.now();
    await teach();
    const ended = performance.now();
    restedAt = ended + restOf(ended - began);
    isTeaching = false;
    if (waitingSince !== null) plan(waitingSince);
  }

  return {
    wanted() {
      waitingSince ??= performance.now();
      if (!isTeaching) plan(waitingSince);
    },
  };
}
