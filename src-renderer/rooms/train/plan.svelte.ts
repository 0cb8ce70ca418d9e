import { createContext } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { CallInput } from '../../../src-shared/contract.ts';
import {
  defaultSettings,
  type RecipeName,
  recipeNames,
  type TrainSettings,
} from '../../../src-shared/recipes.ts';

/** What the next comparison will train: it outlives a look into another room. */
export class Plan {
  readonly recipes = new SvelteSet<RecipeName>(recipeNames);
  /** Networks by name; none chosen means the best one. */
  readonly backbones = new SvelteSet<string>();
  /** Only what differs from the defaults. */
  readonly #changes = new SvelteMap<RecipeName, Partial<TrainSettings>>();

  settings(recipe: RecipeName): TrainSettings {
    return { ...defaultSettings[recipe], ...this.#changes.get(recipe) };
  }

  isChanged(recipe: RecipeName): boolean {
    return Object.keys(this.#changes.get(recipe) ?? {}).length > 0;
  }

  change<K extends keyof TrainSettings>(
    recipe: RecipeName,
    name: K,
    value: TrainSettings[K],
  ): void {
    const { [name]: _, ...rest } = this.#changes.get(recipe) ?? {};
    const isDefault = defaultSettings[recipe][name] === value;
    this.#changes.set(recipe, isDefault ? rest : { ...rest, [name]: value });
  }

  reset(recipe: RecipeName): void {
    this.#changes.delete(recipe);
  }

  toggle<T>(set: SvelteSet<T>, value: T): void {
    if (!set.delete(value)) set.add(value);
  }

  /** Every chosen recipe on every chosen network, the cheap recipes first. */
  runs(best: string | null): CallInput<'runs.start'>['runs'] {
    const backbones = this.backbones.size > 0 ? [...this.backbones] : best === null ? [] : [best];
    return backbones.flatMap((backbone) =>
      recipeNames
        .filter((recipe) => this.recipes.has(recipe))
        .map((recipe) => ({ recipe, backbone, settings: this.#changes.get(recipe) ?? {} })),
    );
  }
}

export const [getPlan, setPlan] = createContext<Plan>();
