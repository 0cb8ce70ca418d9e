/** The form of a recipe's settings, derived from their schema. */
import { z } from 'zod';
import { type RecipeName, recipes, type TrainSettings, trainSettings } from './recipes.ts';
import { type SettingGroup, settingGroups } from './train-settings.ts';

export interface Field {
  readonly name: keyof TrainSettings;
  readonly title: string;
  readonly description: string;
  readonly group: SettingGroup;
  readonly kind: 'number' | 'choice' | 'switch';
  /** Of an enumeration. */
  readonly choices: readonly string[];
  /** What they are called. */
  readonly names: Readonly<Record<string, string>>;
  readonly whole: boolean;
}

interface Property {
  readonly title: string;
  readonly description: string;
  readonly group: SettingGroup;
  readonly names?: Readonly<Record<string, string>>;
  readonly type: string;
  readonly enum?: readonly string[];
}

const { properties } = z.toJSONSchema(trainSettings) as unknown as {
  readonly properties: Readonly<Record<keyof TrainSettings, Property>>;
};

const all: readonly Field[] = (Object.keys(properties) as (keyof TrainSettings)[]).map((name) => {
  const { title, description, group, names = {}, type, enum: choices = [] } = properties[name];
  const kind = type === 'boolean' ? 'switch' : choices.length > 0 ? 'choice' : 'number';
  return { name, title, description, group, kind, choices, names, whole: type === 'integer' };
});

/** The settings that this recipe has a use for. */
export const fieldsOf = (recipe: RecipeName): readonly Field[] =>
  all.filter(({ name }) => !recipes[recipe].unused.includes(name));

/** The same by group, without groups that are empty. */
export function groupsOf(
  recipe: RecipeName,
): readonly { readonly group: SettingGroup; readonly fields: readonly Field[] }[] {
  const fields = fieldsOf(recipe);
  return (Object.keys(settingGroups) as SettingGroup[])
    .map((group) => ({ group, fields: fields.filter((field) => field.group === group) }))
    .filter((each) => each.fields.length > 0);
}

/** A value as it is shown: choices by the names they go by. */
export function shownValue({ names }: Field, value: TrainSettings[keyof TrainSettings]): string {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  return names[value] ?? String(value);
}

/** The value that a person typed, or what is wrong with it, in words. */
export function parseField(
  { name, title, kind }: Field,
  text: string,
): { readonly value: TrainSettings[keyof TrainSettings] } | { readonly problem: string } {
  const given = givenValue(kind, text);
  const result = trainSettings.shape[name].safeParse(given);
  if (result.success) return { value: result.data };
  const other = result.error.issues.find(({ code }) => code === 'custom');
  if (other) return { problem: `${title}: ${other.message}.` };
  const { minimum, exclusiveMinimum, maximum } = z.toJSONSchema(trainSettings.shape[name]);
  const from = minimum === undefined ? `more than ${exclusiveMinimum}` : `from ${minimum}`;
  return { problem: `${title} is a number ${from} to ${maximum}.` };
}

function givenValue(kind: Field['kind'], text: string): unknown {
  if (kind === 'switch') return text === 'true';
  if (kind === 'choice') return text;
  return text.trim() === '' ? Number.NaN : Number(text);
}
