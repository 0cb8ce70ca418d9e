/** What the commands have in common on the command line. */
import { type Command, InvalidArgumentError } from 'commander';
import { type RecipeName, recipeNames } from '../../src-shared/recipes.ts';

export interface CommonOptions {
  readonly json: boolean;
  readonly connect?: string;
}

export function addCommonOptions(command: Command): Command {
  return command
    .option('--json', 'write the result as JSON', false)
    .option('--connect <url>', 'work on the studio at this address (with its token)');
}

/** "a,b" -> ["a", "b"], each once. */
export function nameList(text: string): string[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  if (names.some((name) => name === '')) throw new InvalidArgumentError('A name is empty.');
  return names;
}

/** "a, b and c". */
const listed = (names: readonly string[]) => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

export function recipeList(text: string): RecipeName[] {
  return nameList(text).map((name) => {
    const known = recipeNames.find((recipe) => recipe === name);
    if (!known) {
      throw new InvalidArgumentError(`The recipes are ${listed(recipeNames)}, not "${name}".`);
    }
    return known;
  });
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('It is a number from 1.');
  }
  return value;
}

export function portNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) {
    throw new InvalidArgumentError('A port is a number from 0 to 65535; 0 takes any free one.');
  }
  return value;
}
