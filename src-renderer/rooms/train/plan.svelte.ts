import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { CallInput } from '../../../src-shared/contract.ts';
import {
  defaultSettings,
  type RecipeName,
  recipeNames,
  recipes,
  type TrainSettings,
  usualRecipes,
} from '../../../src-shared/recipes.ts';

/** What the next comparison will train: it outlives a look into another room. */
export class Plan {
  /** Recipes that are trained unless the person chooses others. */
  #offered = $state.raw<readonly RecipeName[]>(usualRecipes);
  #recipes = $state.raw<ReadonlySet<RecipeName> | undefined>();
  /** Networks by name; undefined until the person chooses: then the best one is meant. */
  #backbones = $state.raw<ReadonlySet<string> | undefined>();
  /** Only what differs from the defaults. */
  readonly #changes = new SvelteMap<RecipeName, Partial<TrainSettings>>();

  /** What the person chose, or what is offered. */
  get recipes(): ReadonlySet<RecipeName> {
    return this.#recipes ?? new Set(this.#offered);
  }

  /** From now on these are offered; the usual ones if none are named. */
  offer(recipes: readonly RecipeName[] = usualRecipes): void {
    this.#offered = recipes;
  }

  /** Did the person choose others than what is offered? */
  get isOwn(): boolean {
    const { size } = this.recipes;
    return size !== this.#offered.length || !this.#offered.every((name) => this.recipes.has(name));
  }

  takeOffered(): void {
    this.#recipes = undefined;
  }

  /** Another project has another plan. */
  forget(): void {
    this.#offered = usualRecipes;
    this.#recipes = undefined;
    this.#backbones = undefined;
    this.#changes.clear();
  }

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

  /** Fast when every chosen recipe is that freezes anything. */
  get precision(): TrainSettings['precision'] {
    const freezing = this.#freezing();
    const isFast = freezing.every((recipe) => this.settings(recipe).precision === 'fast');
    return freezing.length > 0 && isFast ? 'fast' : 'exact';
  }

  /** For all recipes, also those that are chosen later. */
  setPrecision(precision: TrainSettings['precision']): void {
    for (const recipe of recipeNames) {
      if (!recipes[recipe].unused.includes('precision'))
        this.change(recipe, 'precision', precision);
    }
  }

  /** Of cross-validation: as many as every chosen recipe has, 0 where one has none. */
  get folds(): number {
    const counts = [...this.recipes].map((recipe) => this.settings(recipe).folds);
    return counts.length === 0 ? 0 : Math.min(...counts);
  }

  /** For all recipes, also those that are chosen later. */
  setFolds(folds: number): void {
    for (const recipe of recipeNames) this.change(recipe, 'folds', folds);
  }

  /** Is there a chosen recipe to which the precision means something? */
  get freezes(): boolean {
    return this.#freezing().length > 0;
  }

  #freezing(): readonly RecipeName[] {
    return recipeNames.filter(
      (recipe) => this.recipes.has(recipe) && !recipes[recipe].unused.includes('precision'),
    );
  }

  toggleRecipe(recipe: RecipeName): void {
    const chosen = new Set(this.recipes);
    if (!chosen.delete(recipe)) chosen.add(recipe);
    this.#recipes = chosen;
  }

  /** The networks to train on: `best` until others were chosen. */
  backbones(best: string | null): ReadonlySet<string> {
    return this.#backbones ?? new Set(best === null ? [] : [best]);
  }

  toggleBackbone(name: string, best: string | null): void {
    const chosen = new Set(this.backbones(best));
    if (!chosen.delete(name)) chosen.add(name);
    this.#backbones = chosen;
  }

  /** Every chosen recipe on every chosen network, the cheap recipes first. */
  runs(best: string | null): CallInput<'runs.start'>['runs'] {
    return [...this.backbones(best)].flatMap((backbone) =>
      recipeNames
        .filter((recipe) => this.recipes.has(recipe))
        .map((recipe) => ({ recipe, backbone, settings: this.#changes.get(recipe) ?? {} })),
    );
  }
}

export const [getPlan, setPlan] = createContext<Plan>();
