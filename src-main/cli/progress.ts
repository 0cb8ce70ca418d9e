/** One line at the bottom of a terminal that is drawn over and over: a bar, a count, the time left. */
import { duration } from './output.ts';

export interface Step {
  readonly what: string;
  readonly done: number;
  /** Null while it is unknown: then there is a count and no bar. */
  readonly total: number | null;
  /** Words for the count: "12 of 60 epochs" says `epochs`. */
  readonly unit: string;
  readonly secondsLeft: number | null;
  readonly detail?: string;
}

export interface Progress {
  show(step: Step): void;
  /** Takes the line away, so that something else can be written. */
  clear(): void;
}

const silent: Progress = { show: () => {}, clear: () => {} };

const barWidth = 24;
const redrawMs = 50;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

export function bar(share: number, width = barWidth): string {
  const full = Math.min(1, Math.max(0, share)) * width;
  const text = '█'.repeat(Math.floor(full)) + (eighths[Math.floor((full % 1) * 8)] ?? '');
  return text.padEnd(width, '░');
}

export function progressLine({ what, done, total, unit, secondsLeft, detail }: Step): string {
  const number = (value: number) => value.toLocaleString('en');
  const count =
    total === null ? `${number(done)} ${unit}` : `${number(done)} of ${number(total)} ${unit}`;
  return [
    what,
    ...(total === null ? [] : [bar(total === 0 ? 1 : done / total)]),
    count,
    ...(detail ? [detail] : []),
    ...(secondsLeft === null ? [] : [`${duration(secondsLeft)} left`]),
  ].join('  ');
}

/** Draws on a terminal only, and not when the output is for a program. */
export function createProgress({ json }: { readonly json: boolean }): Progress {
  const stream = process.stderr;
  if (json || !stream.isTTY) return silent;
  let drawnAt = 0;
  return {
    show(step) {
      const isLast = step.total !== null && step.done >= step.total;
      if (!isLast && Date.now() - drawnAt < redrawMs) return;
      drawnAt = Date.now();
      stream.write(`\r\x1b[2K${progressLine(step).slice(0, (stream.columns ?? 80) - 1)}`);
    },
    clear() {
      stream.write('\r\x1b[2K');
      drawnAt = 0;
    },
  };
}
