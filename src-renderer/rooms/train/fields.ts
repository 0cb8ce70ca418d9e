/** The form of a recipe's settings, derived from their schema. */
import { z } from 'zod';
import {
  type RecipeName,
  recipes,
  type TrainSettings,
  trainSettings,
} from '../../../src-shared/recipes.ts';

export interface Field {
  readonly name: keyof TrainSettings;
  readonly title: string;
  readonly description: string;
  /** The choices of an enumeration; none for a number. */
  readonly choices: readonly string[] | null;
  readonly whole: boolean;
}

interface Property {
  readonly title: string;
  readonly description: string;
  readonly type: string;
  readonly enum?: readonly string[];
}

const { properties } = z.toJSONSchema(trainSettings) as unknown as {
  readonly properties: Readonly<Record<keyof TrainSettings, Property>>;
};

const all: readonly Field[] = (Object.keys(properties) as (keyof TrainSettings)[]).map((name) => {
  const { title, description, type, enum: choices = null } = properties[name];
  return { name, title, description, choices, whole: type === 'integer' };
});

/** The settings that this recipe has a use for. */
export const fieldsOf = (recipe: RecipeName): readonly Field[] =>
  all.filter(({ name }) => !recipes[recipe].unused.includes(name));

/** A value as it is shown: optimizers by the names they go by. */
export const shownValue = (value: TrainSettings[keyof TrainSettings] | string): string =>
  value === 'sgd' ? 'SGD' : value === 'adamw' ? 'AdamW' : String(value);

/** The value that a person typed, or what is wrong with it, in words. */
export function parseField(
  { name, title, choices }: Field,
  text: string,
): { readonly value: TrainSettings[keyof TrainSettings] } | { readonly problem: string } {
  const given = choices ? text : text.trim() === '' ? Number.NaN : Number(text);
  const result = trainSettings.shape[name].safeParse(given);
  if (result.success) return { value: result.data };
  const { minimum, exclusiveMinimum, maximum } = z.toJSONSchema(trainSettings.shape[name]);
  const from = minimum === undefined ? `more than ${exclusiveMinimum}` : `from ${minimum}`;
  return { problem: `${title} is a number ${from} to ${maximum}.` };
}
