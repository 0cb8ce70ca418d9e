/** How the runtimes compare at each recipe, as measured on this machine. */
import { z } from 'zod';
import { defaultSettings, type RecipeName, recipeNames } from './recipes.ts';
import { type RuntimeName, runtimeTitles } from './runtimes.ts';

/** Seconds a picture: in the frozen part of a network, once, and in each step of what is trained. */
export const runtimePace = z.object({ frozen: z.number(), step: z.number() });
export type RuntimePace = z.infer<typeof runtimePace>;

/** Of each round, in which both had their turn; null where one of them could not do it. */
const rounds = z.array(runtimePace).nullable();

/** What was measured on this machine. */
export const runtimeBench = z.object({
  /** When, as an ISO date. */
  at: z.string(),
  backbone: z.string(),
  paces: z.record(z.enum(recipeNames), z.object({ onnxruntime: rounds, tensorflow: rounds })),
});
export type RuntimeBench = z.infer<typeof runtimeBench>;

/** A whole run's seconds for each picture: the frozen part once, a step in every planned epoch. */
const wholeRun = (recipe: RecipeName, { frozen, step }: RuntimePace) =>
  frozen + defaultSettings[recipe].epochs * step;

/** The least seconds of each part: what else runs on a machine only ever adds to them. */
export const bestPace = (paces: readonly RuntimePace[]): RuntimePace => ({
  frozen: Math.min(...paces.map(({ frozen }) => frozen)),
  step: Math.min(...paces.map(({ step }) => step)),
});

/** Closer than this they are alike: measurements repeat no better. */
const noticeable = 1.05;

export interface Faster {
  readonly runtime: RuntimeName;
  /** How many times as fast as the other, each at its best. */
  readonly times: number;
}

/**
 * Which runtime is faster for a recipe. Null where one was not measured, where they are alike, and where not every
 * round finds the same one faster: a busy machine tells nothing.
 */
export function fasterRuntime(bench: RuntimeBench, recipe: RecipeName): Faster | null {
  const { onnxruntime, tensorflow } = bench.paces[recipe];
  if (!onnxruntime || !tensorflow) return null;
  const ratioOf = (here: RuntimePace, there: RuntimePace) =>
    wholeRun(recipe, here) / wholeRun(recipe, there);
  const ratio = ratioOf(bestPace(onnxruntime), bestPace(tensorflow));
  const agree = onnxruntime.every((pace, i) => ratioOf(pace, tensorflow[i]!) > 1 === ratio > 1);
  const times = Math.max(ratio, 1 / ratio);
  if (!agree || times < noticeable) return null;
  return { runtime: ratio > 1 ? 'tensorflow' : 'onnxruntime', times };
}

/** "2.0 times as fast with TensorFlow" */
export const fasterWords = ({ runtime, times }: Faster): string =>
  `${times.toFixed(1)} times as fast with ${runtimeTitles[runtime]}`;
