/** The flags of `train` and `compare`, derived from the schema of the settings. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type TrainSettings, trainSettings } from '../../src-shared/recipes.ts';
import { flagOf, switches } from '../../src-shared/setting-flags.ts';

type Setting = keyof TrainSettings;

const settingNames = Object.keys(trainSettings.shape) as Setting[];

function parseSetting(name: Setting, text: string): unknown {
  const schema = trainSettings.shape[name];
  const result = schema.safeParse(givenValue(schema.def.type, text));
  if (result.success) return result.data;
  throw new InvalidArgumentError(result.error.issues.map(({ message }) => message).join('; '));
}

function givenValue(type: string, text: string): unknown {
  if (type === 'boolean') return switches[text] ?? text;
  // Number('') is 0.
  return type === 'number' && text.trim() !== '' ? Number(text) : text;
}

function choicesOf(name: Setting): string {
  const schema = trainSettings.shape[name];
  if (schema.def.type === 'boolean') return Object.keys(switches).join('|');
  return 'options' in schema ? schema.options.join('|') : 'n';
}

export function addSettingOptions(command: Command): Command {
  for (const name of settingNames) {
    const { title, description } = trainSettings.shape[name].meta() ?? {};
    command.addOption(
      new Option(`${flagOf(name)} <${choicesOf(name)}>`, `${title}: ${description}`).argParser(
        (text) => parseSetting(name, text),
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
