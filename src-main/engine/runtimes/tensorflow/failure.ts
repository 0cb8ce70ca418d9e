/** What goes wrong inside TensorFlow, in a person's words: a training then goes on with ONNX Runtime. */
import { RuntimeFailed } from '../runtime.ts';

const known: readonly (readonly [RegExp, string])[] = [
  [/\bOOM\b|out of memory|RESOURCE_EXHAUSTED/i, 'its memory did not suffice'],
];

/** Computes something; whatever is thrown becomes a RuntimeFailed. */
export function computing<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    throw new RuntimeFailed('tensorflow', reason(error), { cause: error });
  }
}

/** "Invalid TF_Status: 3\nMessage: …" is how the binding tells of the library's own errors. */
function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const found = known.find(([pattern]) => pattern.test(text));
  if (found) return found[1];
  const [line = ''] = text.replace(/^Invalid TF_Status: \d+\s*Message: /, '').split('\n');
  return line.replace(/\.\s*$/, '').slice(0, 300);
}
