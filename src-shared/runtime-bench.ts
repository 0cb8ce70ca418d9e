/** How the runtimes compare at each recipe, as measured on this machine. */
import { z } from 'zod';
import { defaultSettings, type RecipeName, recipeNames } from './recipes.ts';
import type { RuntimeName } from './runtimes.ts';

/** Seconds a picture: in the frozen part of a network, once, and in each step of what is trained. */
export const runtimePace = z.object({ frozen: z.number(), step: z.number() });
export type RuntimePace = z.infer<typeof runtimePace>;

/** Both runtimes at the same work; null where one of them could not do it. */
const paces = z.object({ onnxruntime: runtimePace.nullable(), tensorflow: runtimePace.nullable() });

/** What was measured on this machine. */
export const runtimeBench = z.object({
  /** When, as an ISO date. */
  at: z.string(),
  backbone: z.string(),
  paces: z.record(z.enum(recipeNames), paces),
});
export type RuntimeBench = z.infer<typeof runtimeBench>;

/** A whole run's seconds for each picture: the frozen part once, a step in every planned epoch. */
const wholeRun = ({ frozen, step }: RuntimePace, recipe: RecipeName) =>
  frozen + defaultSettings[recipe].epochs * step;

/** Closer than this they are alike: measurements repeat no better. */
const noticeable = 1.05;

export interface Faster {
  readonly runtime: RuntimeName;
  /** How many times as fast as the other. */
  readonly times: number;
}

/** Which runtime is faster for a recipe; null where they are alike, or one was not measured. */
export function fasterRuntime(bench: RuntimeBench, recipe: RecipeName): Faster | null {
  const { onnxruntime, tensorflow } = bench.paces[recipe];
  if (!onnxruntime || !tensorflow) return null;
  const ratio = wholeRun(onnxruntime, recipe) / wholeRun(tensorflow, recipe);
  const times = Math.max(ratio, 1 / ratio);
  if (times < noticeable) return null;
  return { runtime: ratio > 1 ? 'tensorflow' : 'onnxruntime', times };
}
