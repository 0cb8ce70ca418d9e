/**
 * Weights that torch.save wrote, in both of its formats: the zip archive of PyTorch 1.6 and later, and
 * the stream of pickles and raw storages before it. Nothing in the file is executed (see pickle.ts).
 *
 * Both put a pickle of the object first, in which a tensor is (storage, offset, size, stride) and a
 * storage is known by its key alone; the storages' bytes lie apart. So the pickle is read first, and
 * the tensors are made when the bytes are there.
 */
import { StudioError } from '../../../src-shared/errors.ts';
import type { Tensor } from '../graph/graph.ts';
import { storedTypes } from './elements.ts';
import { type PickleRules, readPickle } from './pickle.ts';
import { stateDictOf } from './state-dict.ts';
import { materialise, type Storage, type StorageKey, torchRules } from './torch-tensors.ts';
import { isZip, openZip, type Zip } from './zip.ts';

/**
 * The tensors of a state dict by name, `module.` of DataParallel taken off. `file` is the name for
 * messages. Throws a StudioError when the file is damaged, or holds more than tensors.
 */
export async function readPthBytes(
  bytes: Uint8Array,
  file: string,
): Promise<ReadonlyMap<string, Tensor>> {
  return isZip(bytes) ? readZipPth(await openZip(bytes, file), file) : readLegacyPth(bytes, file);
}

/** Members: `<name>/data.pkl`, `<name>/data/<key>` for each storage, `<name>/byteorder`. */
async function readZipPth(zip: Zip, file: string): Promise<ReadonlyMap<string, Tensor>> {
  const pickleName = zip.names.find((name) => name.endsWith('/data.pkl'));
  if (!pickleName) throw new StudioError('refused', `${file} holds no weights that PyTorch saved.`);
  const folder = pickleName.slice(0, -'data.pkl'.length);
  if (zip.names.includes(`${folder}constants.pkl`)) {
    throw new StudioError(
      'refused',
      `${file} is a TorchScript program, not a weight file: save its state_dict with torch.save.`,
    );
  }
  if (zip.names.includes(`${folder}byteorder`)) {
    const order = new TextDecoder().decode(await zip.read(`${folder}byteorder`));
    if (order !== 'little') throw bigEndian(file);
  }
  const { rules, storages } = torchRules(file);
  const { value } = readPickle(await zip.read(pickleName), rules);
  const refs = stateDictOf(value, file);
  for (const storage of storages.values()) {
    storage.bytes = await zip.read(`${folder}data/${storage.key}`);
  }
  return materialise(refs, file);
}

/** torch.serialization.MAGIC_NUMBER. */
const magic = 0x1950a86a20f9469cfc6cn;
const legacyProtocol = 1001;

/** Pickles of: magic number, protocol, system, object, storage keys; then each storage: count, bytes. */
function readLegacyPth(bytes: Uint8Array, file: string): ReadonlyMap<string, Tensor> {
  const { rules, storages } = torchRules(file);
  let position = 0;
  const next = (withRules: PickleRules) => {
    const { value, end } = readPickle(bytes, withRules, position);
    position = end;
    return value;
  };
  // What does not begin with a pickle is not damaged but something else.
  if (bytes[0] !== 0x80 || next(rules) !== magic) {
    throw new StudioError('refused', `${file} is no weight file: PyTorch did not save it.`);
  }
  const protocol = next(rules);
  if (protocol !== legacyProtocol) {
    throw new StudioError('refused', `${file} has the unknown PyTorch protocol ${protocol}.`);
  }
  const system = next(rules);
  if (system instanceof Map && system.get('little_endian') === false) throw bigEndian(file);
  const refs = stateDictOf(next(rules), file);
  const keys = next(rules);
  if (!Array.isArray(keys)) throw endsEarly(file);
  for (const key of keys as readonly StorageKey[]) {
    const storage = storages.get(key);
    if (!storage) throw endsEarly(file);
    position = readLegacyStorage(bytes, position, storage, file);
  }
  return materialise(refs, file);
}

/** Returns where the next one begins. */
function readLegacyStorage(bytes: Uint8Array, at: number, storage: Storage, file: string): number {
  if (at + 8 > bytes.length) throw endsEarly(file);
  const count = new DataView(bytes.buffer, bytes.byteOffset + at).getBigUint64(0, true);
  const length = Number(count) * storedTypes[storage.type].bytes;
  const end = at + 8 + length;
  if (end > bytes.length) throw endsEarly(file);
  storage.bytes = bytes.subarray(at + 8, end);
  return end;
}

const bigEndian = (file: string): StudioError =>
  new StudioError('refused', `${file} was saved on a big-endian machine: save it anew on another.`);
const endsEarly = (file: string): StudioError =>
  new StudioError('refused', `${file} is damaged or cut off: not all of its weights are there.`);
