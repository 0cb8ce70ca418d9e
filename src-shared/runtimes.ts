/** Which library computes a training. */
import { z } from 'zod';

export const runtimeNames = ['onnxruntime', 'tensorflow'] as const;
export const runtimeName = z.enum(runtimeNames);
export type RuntimeName = z.infer<typeof runtimeName>;

export const runtimeTitles: Readonly<Record<RuntimeName, string>> = {
  onnxruntime: 'ONNX Runtime',
  tensorflow: 'TensorFlow',
};

/** What a person chooses for one run; `auto`: as for all. */
export const runtimeChoices = ['auto', ...runtimeNames] as const;
export const runtimeChoice = z.enum(runtimeChoices);
export type RuntimeChoice = z.infer<typeof runtimeChoice>;
