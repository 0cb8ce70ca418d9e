/** A tensor as ONNX writes it: usually as raw little-endian bytes, in old files as lists of numbers. */
import { StudioError } from '../../../src-shared/errors.ts';
import type { ElementType, Tensor, TensorData } from './graph.ts';
import { dataTypes, type Int64, type TensorMessage } from './onnx-schema.ts';
import { arrays, size } from './tensor.ts';

const refuse = (message: string) => new StudioError('refused', message);

/** A 64-bit integer as a number: sizes and indices are small, "to the end" stays very large. */
export function int64ToNumber(value: Int64): number {
  return typeof value === 'number' ? value : value.high * 2 ** 32 + (value.low >>> 0);
}

function int64ToBigint(value: Int64): bigint {
  if (typeof value === 'number') return BigInt(value);
  return (BigInt(value.high) << 32n) | BigInt(value.low >>> 0);
}

/** The element type of a TensorProto.DataType; throws a StudioError for one that Graft has no use for. */
export function elementType(code: number | undefined, of: string): ElementType {
  for (const [type, known] of Object.entries(dataTypes)) {
    if (known === code) return type as ElementType;
  }
  throw refuse(`"${of}" has elements of ONNX type ${code ?? 'unknown'}, which Graft cannot read.`);
}

function fromRaw(type: ElementType, raw: Uint8Array, name: string, count: number): TensorData {
  const ArrayType = arrays[type];
  if (raw.byteLength !== count * ArrayType.BYTES_PER_ELEMENT) {
    throw refuse(
      `The tensor "${name}" has ${raw.byteLength} bytes, not the ${count} ${type} values of its shape.`,
    );
  }
  // A typed array starts at a multiple of its element size; elsewhere the bytes must move.
  const aligned = raw.byteOffset % ArrayType.BYTES_PER_ELEMENT === 0 ? raw : new Uint8Array(raw);
  return new ArrayType(aligned.buffer as ArrayBuffer, aligned.byteOffset, count);
}

function fromLists(type: ElementType, message: TensorMessage): TensorData {
  switch (type) {
    case 'float32':
      return Float32Array.from(message.floatData ?? []);
    case 'float64':
      return Float64Array.from(message.doubleData ?? []);
    case 'int64':
      return BigInt64Array.from(message.int64Data ?? [], int64ToBigint);
    default:
      return arrays[type].from(message.int32Data ?? []);
  }
}

/** The bytes of a file beside the model; throws a StudioError that says which file is missing. */
export type External = (location: string) => Uint8Array;

/** Where a tensor's bytes are in another file: from `offset` on, `length` of them, or all that follow. */
function fromFile(message: TensorMessage, name: string, external: External): Uint8Array {
  const entries = new Map(message.externalData?.map(({ key, value }) => [key, value]));
  const file = external(entries.get('location') ?? '');
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? file.byteLength - offset);
  if (offset + length <= file.byteLength) return file.subarray(offset, offset + length);
  throw refuse(
    `The tensor "${name}" lies beyond the end of "${entries.get('location')}": that file is not whole.`,
  );
}

const alone: External = (location) => {
  throw refuse(
    `The model's weights lie outside of it, in "${location || 'another file'}": save the model as one file first.`,
  );
};

/**
 * Shares memory with the message where it can. Throws a StudioError that names the tensor.
 * @param external gives the files that lie beside the model
 */
export function decodeTensor(
  given: TensorMessage,
  name = given.name ?? '',
  external: External = alone,
): Tensor {
  const outside = given.dataLocation === 1 || given.externalData?.length;
  const message = outside ? { ...given, rawData: fromFile(given, name, external) } : given;
  const type = elementType(message.dataType, name);
  const dims = (message.dims ?? []).map(int64ToNumber);
  const count = size(dims);
  const data = message.rawData?.length
    ? fromRaw(type, message.rawData, name, count)
    : fromLists(type, message);
  if (data.length !== count) {
    throw refuse(`The tensor "${name}" has ${data.length} values, not the ${count} of its shape.`);
  }
  return { type, dims, data };
}

export function encodeTensor(tensor: Tensor, name: string): TensorMessage {
  const { buffer, byteOffset, byteLength } = tensor.data;
  return {
    name,
    dims: tensor.dims,
    dataType: dataTypes[tensor.type],
    rawData: new Uint8Array(buffer, byteOffset, byteLength),
  };
}
