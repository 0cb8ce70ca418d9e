/** A network as data: the part of ONNX that Graft reads, cuts, differentiates and writes. */

export type ElementType =
  | 'float32'
  | 'int64'
  | 'int32'
  | 'int8'
  | 'uint8'
  | 'bool'
  | 'float64'
  | 'float16';
export type TensorData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int8Array
  | Uint8Array
  | Uint16Array;

export interface Tensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

export type Attribute =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | Tensor
  | FloatAttribute;
/** JavaScript has one kind of number and ONNX two: a plain number is an int when it is whole, unless wrapped. */
export interface FloatAttribute {
  readonly float: number | readonly number[];
}

export interface Node {
  readonly op: string;
  readonly name: string;
  /** Names of values; an empty string is an omitted optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** The modules that it was part of, outermost first, where the file says so. */
  readonly scope?: readonly string[];
}

/** A dimension is a number, or a name such as `batch`. */
export interface ValueInfo {
  readonly name: string;
  /** Of an output it may be left for the runtime to find out. */
  readonly type: ElementType | 'unknown';
  readonly dims: readonly (number | string)[];
}

/** Nodes are in topological order. Names of values are unique. */
export interface Graph {
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Shapes that the file itself states of values inside, by name. */
  readonly stated?: ReadonlyMap<string, ValueInfo['dims']>;
}
