/** Finds the state dict in what a weight file holds. */
import { StudioError } from '../../../src-shared/errors.ts';
import { TensorRef } from './torch-tensors.ts';

/** What training scripts put their state dict under, beside optimizer and epoch. */
const wrappers = ['state_dict', 'model_state_dict', 'model'] as const;

/** Tensors by name, taken out of `{'state_dict': …}` and of DataParallel's `module.` prefix. */
export function stateDictOf(value: unknown, file: string): ReadonlyMap<string, TensorRef> {
  if (!(value instanceof Map)) {
    throw new StudioError(
      'refused',
      `${file} holds no state dict: save model.state_dict() instead.`,
    );
  }
  for (const wrapper of wrappers) {
    const inner: unknown = value.get(wrapper);
    if (inner instanceof Map) return stateDictOf(inner, file);
  }
  const tensors = new Map<string, TensorRef>();
  for (const [name, item] of value) {
    if (item instanceof TensorRef) tensors.set(String(name), item);
  }
  if (tensors.size === 0) {
    throw new StudioError('refused', `${file} holds no tensors: save model.state_dict() instead.`);
  }
  return withoutPrefix(tensors, 'module.');
}

/** Takes a prefix off when all names have it. */
function withoutPrefix<T>(tensors: ReadonlyMap<string, T>, prefix: string): ReadonlyMap<string, T> {
  const names = [...tensors.keys()];
  if (!names.every((name) => name.startsWith(prefix))) return tensors;
  return new Map([...tensors].map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
