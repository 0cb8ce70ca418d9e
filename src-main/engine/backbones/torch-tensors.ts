/** How PyTorch pickles tensors: which globals a state dict needs, and what they mean. */
import { StudioError } from '../../../src-shared/errors.ts';
import type { Tensor, TensorData } from '../graph/graph.ts';
import { readElements, type StoredType, storedTypes } from './elements.ts';
import type { PickleGlobal, PickleRules } from './pickle.ts';

export type StorageKey = string | number;

/** A block of memory that tensors share; its bytes arrive after the pickle. */
export interface Storage {
  readonly key: StorageKey;
  readonly type: StoredType;
  bytes: Uint8Array | null;
}

/** A tensor before its bytes are there. Offset and strides count elements. */
export class TensorRef {
  readonly storage: Storage;
  readonly offset: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];

  constructor(
    storage: Storage,
    offset: number,
    size: readonly number[],
    stride: readonly number[],
  ) {
    this.storage = storage;
    this.offset = offset;
    this.size = size;
    this.stride = stride;
  }
}

const storageTypes: ReadonlyMap<string, StoredType> = new Map([
  ['DoubleStorage', 'F64'],
  ['FloatStorage', 'F32'],
  ['HalfStorage', 'F16'],
  ['BFloat16Storage', 'BF16'],
  ['LongStorage', 'I64'],
  ['IntStorage', 'I32'],
  ['ShortStorage', 'I16'],
  ['CharStorage', 'I8'],
  ['ByteStorage', 'U8'],
  ['BoolStorage', 'BOOL'],
]);

/** More elements than any backbone's tensor has: a shape beyond it is an attack or a mistake. */
const maxElements = 2 ** 30;

/** The rules to read one file's pickles by, and the storages that they mentioned. */
export function torchRules(file: string): {
  readonly rules: PickleRules;
  readonly storages: ReadonlyMap<StorageKey, Storage>;
} {
  const storages = new Map<StorageKey, Storage>();
  const malformed = () =>
    new StudioError('refused', `${file} is damaged: a tensor makes no sense.`);

  const rebuildTensor: PickleGlobal = (storage, offset, size, stride) => {
    if (!isStorage(storage) || !isSize(offset) || !isSizes(size) || !isSizes(stride)) {
      throw malformed();
    }
    const count = size.reduce((product, length) => product * length, 1);
    if (size.length !== stride.length || count > maxElements) throw malformed();
    return new TensorRef(storage, offset, size, stride);
  };
  const firstArgument: PickleGlobal = (tensor) => {
    if (!(tensor instanceof TensorRef)) throw malformed();
    return tensor;
  };
  const orderedDict: PickleGlobal = (items = []) => {
    if (!Array.isArray(items) || !items.every((item) => Array.isArray(item))) throw malformed();
    return new Map(items as [unknown, unknown][]);
  };
  // A storage's type is named, never called.
  const named = [...storageTypes].map(([name, type]) => {
    const marker: PickleGlobal = () => {
      throw malformed();
    };
    return { name: `torch.${name}`, type, marker };
  });
  const typeOfMarker = new Map<unknown, StoredType>(
    named.map(({ marker, type }) => [marker, type]),
  );

  const globals = new Map<string, PickleGlobal>([
    ['collections.OrderedDict', orderedDict],
    ['torch._utils._rebuild_tensor', rebuildTensor],
    ['torch._utils._rebuild_tensor_v2', rebuildTensor],
    ['torch._utils._rebuild_parameter', firstArgument],
    ['torch._utils._rebuild_parameter_with_state', firstArgument],
    // PyTorch before 0.4, in which torchvision's VGG16 was saved.
    ['torch.nn.parameter.Parameter', firstArgument],
    ['torch.Size', (sizes) => sizes],
    ...named.map(({ name, marker }) => [name, marker] as const),
  ]);

  // ('storage', type, key, device, count), and before 1.6 the place in another storage, or null.
  const persistent = (id: unknown): Storage => {
    const [kind, marker, key, , , view] = Array.isArray(id) ? id : [];
    const type = typeOfMarker.get(marker);
    if (kind !== 'storage' || !type || (typeof key !== 'string' && typeof key !== 'number')) {
      throw malformed();
    }
    if (view) {
      throw new StudioError(
        'refused',
        `${file} shares memory in a way that only PyTorch before 0.4 knew: load and save it anew.`,
      );
    }
    const known = storages.get(key);
    if (known) return known;
    const storage: Storage = { key, type, bytes: null };
    storages.set(key, storage);
    return storage;
  };
  return { rules: { file, globals, persistent }, storages };
}

/** Copies each tensor out of its storage in row-major order; throws where it reaches beyond it. */
export function materialise(
  refs: ReadonlyMap<string, TensorRef>,
  file: string,
): ReadonlyMap<string, Tensor> {
  return new Map([...refs].map(([name, ref]) => [name, tensorOf(name, ref, file)]));
}

function tensorOf(
  name: string,
  { storage, offset, size, stride }: TensorRef,
  file: string,
): Tensor {
  const bytes = storage.bytes;
  const elementBytes = storedTypes[storage.type].bytes;
  const count = size.reduce((product, length) => product * length, 1);
  const last = offset + size.reduce((sum, length, i) => sum + (length - 1) * stride[i]!, 0);
  if (!bytes || (count > 0 && (last + 1) * elementBytes > bytes.length)) {
    throw new StudioError('refused', `${file} is damaged or cut off: ${name} is not all there.`);
  }
  const span = count === 0 ? 0 : last + 1 - offset;
  const elements = readElements(
    storage.type,
    bytes.subarray(offset * elementBytes, (offset + span) * elementBytes),
  );
  const isContiguous = size.every((length, i) => {
    const after = size.slice(i + 1).reduce((product, next) => product * next, 1);
    return length === 1 || stride[i] === after;
  });
  if (count === 0 || isContiguous) return { ...elements, dims: size };
  return { ...elements, dims: size, data: rowMajor(elements.data, size, stride, count) };
}

/** For transposed and channels-last tensors. */
function rowMajor(
  data: TensorData,
  size: readonly number[],
  stride: readonly number[],
  count: number,
): TensorData {
  const out = new (data.constructor as new (length: number) => TensorData)(count);
  const index = size.map(() => 0);
  let from = 0;
  for (let to = 0; to < count; to++) {
    out[to] = data[from]!;
    // Counts the index up like an odometer, and moves `from` along.
    for (let axis = size.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += stride[axis]!;
      if (index[axis]! < size[axis]!) break;
      from -= size[axis]! * stride[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

const isSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isSizes = (value: unknown): value is number[] => Array.isArray(value) && value.every(isSize);
const isStorage = (value: unknown): value is Storage =>
  typeof value === 'object' && value !== null && 'key' in value && 'bytes' in value;
