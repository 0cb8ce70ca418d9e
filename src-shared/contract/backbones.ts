/** Networks, and what is kept of their work. */
import { z } from 'zod';
import * as d from '../domain.ts';
import { define, done, none } from './define.ts';

/** Where what came with an ONNX file lies when that is not beside it: its weights, `preprocessor_config.json`. */
const besideNetwork = z.array(z.string().min(1)).max(20).optional();

export const backbonesCalls = {
  'backbones.list': define(
    none,
    z.object({ backbones: z.array(d.backbone), best: z.string().nullable() }),
  ),
  /** What an ONNX file says of itself; null is what has to be asked. */
  'backbones.inspect': define(
    z.strictObject({ file: z.string().min(1), beside: besideNetwork }),
    z.object({ inputSize: z.int().nullable(), normalisation: d.normalisation.nullable() }),
  ),
  /**
   * A weight file for a network that Graft knows, or a whole network as ONNX, which is called like the
   * file unless `as` says otherwise. What an ONNX file leaves open is 224 pixels and ImageNet's
   * normalisation unless it is given. A network that Graft brings is replaced only when `as` names it.
   */
  'backbones.add': define(
    z.strictObject({
      file: z.string().min(1),
      beside: besideNetwork,
      as: z.string().min(1).optional(),
      inputSize: z.int().min(16).max(1024).optional(),
      normalisation: d.normalisation.optional(),
    }),
    d.backbone,
  ),
  /** Starts a download; follow `backbone.progress`, then `backbones.changed`. */
  'backbones.fetch': define(z.strictObject({ name: z.string() }), done),
  'backbones.cancelFetch': define(z.strictObject({ name: z.string() }), done),
  // What is kept of frozen networks' work, so that it is done once.
  'features.state': define(none, d.featureCacheState),
  /** Removes what no process has open. */
  'features.clear': define(none, d.featureCacheState),
  /** For every project; what is too much in the open one is removed at once, the least recently used first. */
  'features.limit': define(z.strictObject({ bytes: z.int().nonnegative() }), d.featureCacheState),
} as const;

export const backbonesEvents = {
  'backbone.progress': z.object({
    name: z.string(),
    received: z.int(),
    total: z.int().nullable(),
    error: z.string().nullable(),
  }),
  'backbones.changed': z.object({}),
} as const;
