export { bytes, count, duration, number, percent, pictures } from '../../src-shared/words.ts';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** `3 Nov 2026`. */
export const date = (iso: string): string => day.format(new Date(iso));

/** `today 17:02`, `yesterday 09:30`, `3 Nov 2026 12:00`. */
export function moment(iso: string, now = new Date()): string {
  const then = new Date(iso);
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const days = Math.round((midnight(now).getTime() - midnight(then).getTime()) / 86_400_000);
  const name = days === 0 ? 'today' : days === 1 ? 'yesterday' : day.format(then);
  return `${name} ${clock.format(then)}`;
}
