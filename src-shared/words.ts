/** Numbers in words, as the page and the report say them. */
const whole = new Intl.NumberFormat('en');

/** 12,345 */
export const number = (value: number): string => whole.format(value);

/** 0.934 -> `93 %` */
export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** The same text, in which no line begins with a percent sign. */
export const unbroken = (text: string): string => text.replaceAll(' %', '\u00a0%');

/** `1 picture`, `12 pictures`. */
export const count = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`;

export const pictures = (value: number): string => count(value, 'picture');

/** `40 s`, `3 min`, `1 h 20 min`: no more precise than a guess may be. */
export function duration(seconds: number): string {
  if (Math.round(seconds) < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** `731 bytes`, `4.2 MB`: decimal, as systems show the sizes of files. */
export function bytes(value: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  const shown = unit === 0 || size >= 99.5 ? Math.round(size) : Number(size.toFixed(1));
  return `${number(shown)} ${units[unit]}`;
}
