/** A graph from the bytes of an ONNX model. */
import { StudioError } from '../../../src-shared/errors.ts';
import type { Attribute, Graph, Node, Tensor, ValueInfo } from './graph.ts';
import {
  type AttributeMessage,
  attributeTypes,
  type GraphMessage,
  type ModelMessage,
  ModelProto,
  type NodeMessage,
  type ValueMessage,
} from './onnx-schema.ts';
import { decodeTensor, type External, elementType, int64ToNumber } from './onnx-tensor.ts';

const defaultDomains = ['', 'ai.onnx'];

const refuse = (message: string) => new StudioError('refused', message);
const text = new TextDecoder();

function decodeAttribute(message: AttributeMessage, node: string): Attribute {
  switch (message.type) {
    case attributeTypes.float:
      return { float: message.f ?? 0 };
    case attributeTypes.floats:
      return { float: message.floats ?? [] };
    case attributeTypes.int:
      return int64ToNumber(message.i ?? 0);
    case attributeTypes.ints:
      return (message.ints ?? []).map(int64ToNumber);
    case attributeTypes.string:
      return text.decode(message.s);
    case attributeTypes.strings:
      return (message.strings ?? []).map((value) => text.decode(value));
    case attributeTypes.tensor:
      return decodeTensor(message.t ?? {}, `${node}.${message.name}`);
    default:
      throw refuse(
        `The attribute "${message.name}" of the node "${node}" is of a kind that Graft cannot read (${message.type}).`,
      );
  }
}

function decodeNode(message: NodeMessage): Node {
  const op = message.opType ?? '';
  const name = message.name || message.output?.[0] || op;
  if (!defaultDomains.includes(message.domain ?? '')) {
    throw refuse(
      `The node "${name}" is a ${message.domain}.${op}, and Graft knows standard ONNX operators only.`,
    );
  }
  return {
    op,
    name,
    inputs: message.input ?? [],
    outputs: message.output ?? [],
    attributes: Object.fromEntries(
      (message.attribute ?? []).map((each) => [each.name ?? '', decodeAttribute(each, name)]),
    ),
    ...scopeOf(message),
  };
}

/** PyTorch's newer exporter writes a Python list of names: `['', 'layer1', 'layer1.0', 'conv2d']`. */
function scopeOf({ metadataProps }: NodeMessage): Pick<Node, 'scope'> {
  const list = metadataProps?.find(({ key }) => key === 'pkg.torch.onnx.name_scopes')?.value;
  const names = list?.match(/'[^']*'/g)?.map((quoted) => quoted.slice(1, -1));
  // The first is the whole network, the last the function itself.
  return names && names.length > 1 ? { scope: names.slice(1, -1) } : {};
}

function decodeValue(message: ValueMessage): ValueInfo {
  const name = message.name ?? '';
  const shape = message.type?.tensorType?.shape;
  return {
    name,
    type: elementType(message.type?.tensorType?.elemType, name),
    // A dimension that says nothing gets a name of its own.
    dims: (shape?.dim ?? []).map((dim, axis) =>
      dim.dimValue !== undefined && Object.hasOwn(dim, 'dimValue')
        ? int64ToNumber(dim.dimValue)
        : dim.dimParam || `${name}:${axis}`,
    ),
  };
}

/** What a Constant node gives, as an initializer would hold it. */
function constantValue(node: Node): Tensor {
  const [kind, value] = Object.entries(node.attributes)[0] ?? [];
  if (kind === 'value' && typeof value === 'object' && 'data' in value) return value;
  const numbers =
    typeof value === 'object' && 'float' in value ? value.float : (value as number | number[]);
  const list = typeof numbers === 'number' ? [numbers] : (numbers as readonly number[]);
  const dims = typeof numbers === 'number' ? [] : [list.length];
  if (kind === 'value_float' || kind === 'value_floats') {
    return { type: 'float32', dims, data: Float32Array.from(list) };
  }
  if (kind === 'value_int' || kind === 'value_ints') {
    return { type: 'int64', dims, data: BigInt64Array.from(list, BigInt) };
  }
  throw refuse(`The constant "${node.name}" is of a kind that Graft cannot read (${kind}).`);
}

/** Shapes of values inside, where the file states them. */
function statedShapes(values: readonly ValueMessage[]): Pick<Graph, 'stated'> {
  const known = values.filter((value) => value.type?.tensorType?.shape);
  if (known.length === 0) return {};
  const dims = (value: ValueMessage) =>
    decodeValue({ ...value, type: { tensorType: { ...value.type?.tensorType, elemType: 1 } } })
      .dims;
  return { stated: new Map(known.map((value) => [value.name ?? '', dims(value)])) };
}

function decodeGraph(
  message: GraphMessage,
  external: External | undefined,
): Pick<Graph, 'name' | 'inputs' | 'outputs' | 'nodes' | 'initializers' | 'stated'> {
  if (message.sparseInitializer?.length) {
    throw refuse('The model has sparse tensors, which Graft cannot read: save it with dense ones.');
  }
  const initializers = new Map<string, Tensor>();
  for (const tensor of message.initializer ?? []) {
    initializers.set(tensor.name ?? '', decodeTensor(tensor, tensor.name, external));
  }
  const nodes: Node[] = [];
  for (const node of (message.node ?? []).map(decodeNode)) {
    if (node.op === 'Constant') initializers.set(node.outputs[0] ?? '', constantValue(node));
    else nodes.push(node);
  }
  return {
    name: message.name ?? '',
    // Old files list initializers among the inputs as well.
    inputs: (message.input ?? [])
      .filter((input) => !initializers.has(input.name ?? ''))
      .map(decodeValue),
    outputs: (message.output ?? []).map(decodeValue),
    nodes,
    initializers,
    ...statedShapes(message.valueInfo ?? []),
  };
}

/** One file holds the weights of many tensors, and is large: it is read for the first of them. */
function onceEach(external: External): External {
  const read = new Map<string, Uint8Array>();
  return (location) => {
    const file = read.get(location) ?? external(location);
    read.set(location, file);
    return file;
  };
}

/**
 * Reads a serialised ONNX model. Constant nodes become initializers; big arrays share memory with `model`.
 * Throws a StudioError when the bytes are no model, or use what Graft cannot read, naming it.
 * @param external gives the files beside the model in which weights may lie
 */
export function decodeModel(model: Uint8Array, external?: External): Graph {
  let message: ModelMessage;
  try {
    message = ModelProto.decode(model) as ModelMessage;
  } catch (error) {
    throw new StudioError('refused', 'The file is not an ONNX model, or it is damaged.', {
      cause: error,
    });
  }
  const opset = message.opsetImport?.find((each) => defaultDomains.includes(each.domain ?? ''));
  if (!message.graph?.node || !opset) {
    throw refuse('The file is not an ONNX model, or it is damaged.');
  }
  if (message.functions?.length) {
    throw refuse(
      'The model defines functions of its own, which Graft cannot read: export it without.',
    );
  }
  return {
    ...decodeGraph(message.graph, external && onceEach(external)),
    opset: int64ToNumber(opset.version ?? 0),
    metadata: Object.fromEntries(
      (message.metadataProps ?? []).map((entry) => [entry.key ?? '', entry.value ?? '']),
    ),
  };
}
