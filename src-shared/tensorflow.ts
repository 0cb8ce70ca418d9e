/** TensorFlow as a second runtime: how it is installed, and what was found of it. */
import { z } from 'zod';

/** What of TensorFlow is brought: for the processor alone, for NVIDIA's GPUs too, or what a person has. */
export const tensorflowBuilds = ['cpu', 'gpu', 'own'] as const;
export const tensorflowBuild = z.enum(tensorflowBuilds);
export type TensorflowBuild = z.infer<typeof tensorflowBuild>;

export const installedTensorflow = z.object({
  build: tensorflowBuild,
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
