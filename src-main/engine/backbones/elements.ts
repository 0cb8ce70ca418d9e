/** The element types of weight files, and their bytes as arrays. */
/// <reference lib="esnext.float16" />
import type { ElementType, Tensor, TensorData } from '../graph/graph.ts';

/** By the names that safetensors gives them. */
export const storedTypes = {
  F64: { bytes: 8 },
  F32: { bytes: 4 },
  F16: { bytes: 2 },
  BF16: { bytes: 2 },
  I64: { bytes: 8 },
  I32: { bytes: 4 },
  I16: { bytes: 2 },
  I8: { bytes: 1 },
  U8: { bytes: 1 },
  BOOL: { bytes: 1 },
} as const;
export type StoredType = keyof typeof storedTypes;

/** Both weight formats are little-endian, and so is every machine that the runtimes support. */
export const isLittleEndianMachine = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Little-endian elements as an array. 16-bit floats become float32 and 16-bit ints int32, for the
 * graph computes in those. The array shares the bytes' memory where type and alignment allow.
 */
export function readElements(type: StoredType, bytes: Uint8Array): Omit<Tensor, 'dims'> {
  const size = storedTypes[type].bytes;
  // A typed array must begin on a multiple of its element size.
  const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  const length = bytes.byteLength / size;
  const of = (elementType: ElementType, data: TensorData) => ({ type: elementType, data });
  switch (type) {
    case 'F64':
      return of('float64', new Float64Array(buffer, byteOffset, length));
    case 'F32':
      return of('float32', new Float32Array(buffer, byteOffset, length));
    case 'F16':
      return of('float32', new Float32Array(new Float16Array(buffer, byteOffset, length)));
    case 'BF16':
      return of('float32', fromBfloat16(new Uint16Array(buffer, byteOffset, length)));
    case 'I64':
      return of('int64', new BigInt64Array(buffer as ArrayBuffer, byteOffset, length));
    case 'I32':
      return of('int32', new Int32Array(buffer, byteOffset, length));
    case 'I16':
      return of('int32', new Int32Array(new Int16Array(buffer, byteOffset, length)));
    case 'I8':
      return of('int8', new Int8Array(buffer, byteOffset, length));
    case 'U8':
      return of('uint8', new Uint8Array(buffer, byteOffset, length));
    case 'BOOL':
      return of('bool', new Uint8Array(buffer, byteOffset, length));
  }
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}
