/** What PyTorch found in float64: engine/fixtures/proof.json, by the script beside it. */
import { readFileSync } from 'node:fs';
import type { Architecture } from '../../../src-main/engine/backbones/backbone.ts';
import type { RecipeName } from '../../../src-shared/recipes.ts';
import type { TrainSettings } from '../../../src-shared/train-settings.ts';
import type { Sketches } from './sketch.ts';

/** The largest relative differences from PyTorch in float64. */
export interface Differences {
  readonly loss: number;
  readonly gradients: number;
  readonly weights: number;
}

export interface Numbers {
  /** Before each step. */
  readonly losses: readonly number[];
  /** Of the first step, with decay, and clipped where the recipe clips. */
  readonly firstGradients: Sketches;
  /** Of all steps, as momentum sums them. */
  readonly gradients: Sketches;
  /** After the last step. */
  readonly weights: Sketches;
  /** Running means and variances, where they move. */
  readonly statistics: Sketches;
}

export interface Golden extends Numbers {
  /** From which pictures are drawn, how many, and how many of them are in a batch. */
  readonly stream: string;
  readonly pictures: number;
  readonly batch: number;
  /** PyTorch's own, from these. */
  readonly float32: Differences;
}
const file: {
  readonly about: {
    readonly classes: number;
    /** Of the pictures, in pixels. */
    readonly side: number;
    readonly settings: Readonly<Record<RecipeName, Partial<TrainSettings>>>;
  };
  readonly cases: Readonly<Record<string, Golden>>;
} = JSON.parse(readFileSync(new URL('../../engine/fixtures/proof.json', import.meta.url), 'utf8'));
export const { classes, side, settings } = file.about;
export const recipes = Object.keys(settings) as RecipeName[];

/** As in the script. */
export const titleOf = ({ name, variant }: Architecture) => `${name} ${variant}`;

/** Throws where the script has not been run for it. */
export function goldenOf(architecture: Architecture, recipe: RecipeName): Golden {
  const name = `${titleOf(architecture)} ${recipe}`;
  const found = file.cases[name];
  if (!found) throw new Error(`proof.json has no "${name}": run proof.py`);
  return found;
}
