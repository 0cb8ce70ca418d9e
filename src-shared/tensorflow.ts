/** TensorFlow as a second runtime: how it is installed, and what was found of it. */
import { z } from 'zod';

/** What of TensorFlow is brought: for the processor alone, or with what NVIDIA's GPUs need. */
export const tensorflowBuild = z.enum(['cpu', 'gpu']);
export type TensorflowBuild = z.infer<typeof tensorflowBuild>;

export const installedTensorflow = z.object({
  /** Of the library, as it says itself: "2.21.0". */
  version: z.string(),
  /** Version of CUDA that the library was built for ("12.5.1"); null: for the processor alone. */
  cuda: z.string().nullable(),
  /** "tensorflow-cpu 2.21.0 from PyPI", or the path of the file or folder that it was taken from. */
  source: z.string(),
  /** What it takes on the disk. */
  bytes: z.int(),
  folder: z.string(),
});
export type InstalledTensorflow = z.infer<typeof installedTensorflow>;

/** What a small training step in a process of its own showed. */
export const tensorflowFound = z.object({
  version: z.string(),
  /** `memoryBytes`: what it may take of it. */
  gpus: z.array(z.object({ name: z.string(), memoryBytes: z.int() })),
  /** Why it computes on no GPU; null when it does. A part of a sentence. */
  noGpu: z.string().nullable(),
});
export type TensorflowFound = z.infer<typeof tensorflowFound>;

/** What is here. */
export const tensorflowHere = z.object({
  installed: installedTensorflow.nullable(),
  /** Null where none is installed, or where it does not work. */
  found: tensorflowFound.nullable(),
  /** Why what is installed does not work; null when it does. */
  problem: z.string().nullable(),
});
export type TensorflowHere = z.infer<typeof tensorflowHere>;

export const tensorflowProgress = z.object({
  step: z.enum(['downloading', 'unpacking', 'building', 'trying']),
  /** Bytes; `total` is null where a step has no measure. */
  done: z.int(),
  total: z.int().nullable(),
});
export type TensorflowProgress = z.infer<typeof tensorflowProgress>;

export const tensorflowStepTitles: Readonly<Record<TensorflowProgress['step'], string>> = {
  downloading: 'Downloading',
  unpacking: 'Unpacking',
  building: 'Building the binding',
  trying: 'Trying it',
};

/** One of the builds that can be brought to this system. */
export const tensorflowOffer = z.object({
  build: tensorflowBuild,
  downloadBytes: z.int(),
  /** Once it is installed. */
  diskBytes: z.int(),
});
export type TensorflowOffer = z.infer<typeof tensorflowOffer>;

export const tensorflowState = tensorflowHere.extend({
  /** Null while nothing is being installed. */
  installing: tensorflowProgress.nullable(),
  /** The last lines of the installation that is under way, or was last. */
  log: z.array(z.string()),
  /** Why that one failed. */
  failure: z.string().nullable(),
  /** The one that suits this machine first; none where `unavailable` says why. */
  offers: z.array(tensorflowOffer),
  unavailable: z.string().nullable(),
});
export type TensorflowState = z.infer<typeof tensorflowState>;

/** Lines of the log that are kept. */
export const tensorflowLogLines = 200;
