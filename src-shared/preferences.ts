/** What a person has set for all projects. Whoever opens no settings never meets it. */
import { z } from 'zod';
import { deviceChoice } from './devices.ts';
import { runtimeName } from './runtimes.ts';

/** A key with what is held, as `chordOf` writes it: `Ctrl+Shift+Z`, `Space`, `F`. */
const chord = z.string().min(1).max(40);

export const preferences = z.object({
  /** Keys by action, for the actions whose keys differ from the usual ones; an empty list: no key. */
  shortcuts: z.record(z.string().max(60), z.array(chord).max(6)).catch({}).default({}),
  /** In the focus mode: on to the next picture when one has got its label. */
  advance: z.boolean().catch(true).default(true),
  /** What trainings compute on, unless a run says otherwise. */
  device: deviceChoice.catch('auto').default('auto'),
  /** Which library computes trainings, unless a run says otherwise. */
  runtime: runtimeName.catch('onnxruntime').default('onnxruntime'),
  /** What the feature cache of a project may take, in bytes. */
  featureLimit: z.int().nonnegative().catch(1e10).default(1e10),
});
export type Preferences = z.infer<typeof preferences>;

export const usualPreferences: Preferences = preferences.parse({});
