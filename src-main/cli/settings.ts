/** The flags of `train` and `compare`, derived from the schema of the settings. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type TrainSettings, trainSettings } from '../../src-shared/recipes.ts';

type Setting = keyof TrainSettings;

const settingNames = Object.keys(trainSettings.shape) as Setting[];

/** `learningRate` becomes `--learning-rate`; a batch's size is what everybody calls its batch. */
function flagOf(name: Setting): string {
  if (name === 'batchSize') return '--batch';
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function parseSetting(name: Setting, text: string): unknown {
  const schema = trainSettings.shape[name];
  // Number('') is 0.
  const value = schema.def.type === 'number' && text.trim() !== '' ? Number(text) : text;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InvalidArgumentError(result.error.issues.map(({ message }) => message).join('; '));
}

export function addSettingOptions(command: Command): Command {
  for (const name of settingNames) {
    const schema = trainSettings.shape[name];
    const choices = 'options' in schema ? `${schema.options.join('|')}` : 'n';
    const { title, description } = schema.meta() ?? {};
    command.addOption(
      new Option(`${flagOf(name)} <${choices}>`, `${title}: ${description}`).argParser((text) =>
        parseSetting(name, text),
      ),
    );
  }
  return command;
}

/** What the person gave of the settings: only that, for the rest follows the recipe. */
export function settingsOf(options: Readonly<Record<string, unknown>>): Partial<TrainSettings> {
  const given = settingNames.flatMap((name) => {
    const value = options[name === 'batchSize' ? 'batch' : name];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(given) as Partial<TrainSettings>;
}
