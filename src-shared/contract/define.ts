/** How a call is written down. */
import { z } from 'zod';

/** Takes nothing. */
export const none = z.strictObject({});
/** Answers nothing but that it is done. */
export const done = z.object({});

export const define = <I extends z.ZodObject, O extends z.ZodType>(input: I, output: O) => ({
  input,
  output,
});
