/** Settings as flags of the command line, and the command that trains a run again. */
import type { Run } from './domain.ts';
import { defaultSettings, recipes, type TrainSettings } from './recipes.ts';

type Setting = keyof TrainSettings;

/** `learningRate` becomes `--learning-rate`; a batch's size is what everybody calls its batch. */
export function flagOf(name: Setting): string {
  if (name === 'batchSize') return '--batch';
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What stands for true and false. */
export const switches: Readonly<Record<string, boolean>> = { yes: true, no: false };

const flagValue = (value: TrainSettings[Setting]): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);

/** Settings that mean something to the recipe and are not its default, in the order of the schema. */
export function changedSettings({ recipe, settings }: Pick<Run, 'recipe' | 'settings'>): Setting[] {
  const { unused } = recipes[recipe];
  return (Object.keys(settings) as Setting[]).filter(
    (name) => !unused.includes(name) && settings[name] !== defaultSettings[recipe][name],
  );
}

/**
 * The arguments of `graft` that train this run again, in the project at `dir`: what is not given is as the recipe
 * of this version has it; the seed is always said.
 */
export function trainAgain(dir: string, run: Pick<Run, 'recipe' | 'backbone' | 'settings'>) {
  const named = changedSettings(run).filter((name) => name !== 'seed');
  return [
    ...['train', dir, '--recipe', run.recipe, '--backbone', run.backbone],
    ...[...named, 'seed' as const].flatMap((name) => [flagOf(name), flagValue(run.settings[name])]),
  ];
}

/** A line for a POSIX shell. */
export const commandLine = (args: readonly string[]): string =>
  ['npm run -s graft --', ...args.map(quoted)].join(' ');

const quoted = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
