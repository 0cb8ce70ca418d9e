/** Networks, and what is kept of their work. */
import { z } from 'zod';

const perChannel = z.tuple([z.number(), z.number(), z.number()]).readonly();

/** `(value - mean) / std` for red, green and blue, on values from 0 to 1. */
export const normalisation = z.object({
  mean: perChannel,
  std: perChannel.refine((std) => std.every((each) => each !== 0), 'a deviation is never 0'),
});
export type Normalisation = z.infer<typeof normalisation>;

export const backbone = z.object({
  name: z.string(),
  title: z.string(),
  /** Is its weight file here, so that it can be trained on? */
  ready: z.boolean(),
  /** Side of the square input, in pixels. */
  inputSize: z.int(),
  /** The places to cut, from the input to the features: names of blocks, the first is the stem. */
  blocks: z.array(z.string()),
  /** What leaves each of them: C x H x W of a map, F of a vector. */
  blockShapes: z.array(z.array(z.int())),
  parameters: z.int(),
  /** Size of the weight file; null when it is not here and unknown. */
  bytes: z.int().nullable(),
  licence: z.string(),
  source: z.string(),
  /** Can `backbones.fetch` download it on a click? */
  fetchable: z.boolean(),
});
export type Backbone = z.infer<typeof backbone>;

/** What frozen networks have seen in the pictures of a project, kept on the disk. */
export const featureCacheState = z.object({
  bytes: z.int(),
  limitBytes: z.int(),
  /** The largest first. */
  entries: z.array(
    z.object({
      /** Null for what is left over from other weights or versions: the next run removes it. */
      network: z.string().nullable(),
      /** The value of the network at which it is cut; null for the network itself in 8 bits. */
      cut: z.string().nullable(),
      pictures: z.int(),
      /** Files: one for each view of the pictures, and way of making it. */
      views: z.int(),
      bytes: z.int(),
      inUse: z.boolean(),
    }),
  ),
});
export type FeatureCacheState = z.infer<typeof featureCacheState>;
