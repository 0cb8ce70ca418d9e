/** ONNX Runtime: on the processor, on any GPU through WebGPU, on NVIDIA's through CUDA. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { DeviceKind } from '../../../src-shared/devices.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import type { ElementType, Graph, Node, Tensor, TensorData, ValueInfo } from '../graph/graph.ts';
import { encodeApart } from '../graph/onnx-encode.ts';
import { dataTypes } from '../graph/onnx-schema.ts';
import { size } from '../graph/tensor.ts';
import { withInputs } from '../graph/with-inputs.ts';
import { deviceReason } from './device-reason.ts';
import {
  allHere,
  DeviceFailed,
  isHere,
  type Runtime,
  type Session,
  type SessionOptions,
  type Tensors,
  type Value,
  type Values,
} from './runtime.ts';

type OrtData = Float32Array;

type View = new (buffer: ArrayBufferLike, offset: number, length: number) => unknown;

// Where JavaScript has a Float16Array, the library wants and gives that; a graph holds the bits.
const { Float16Array: Half = Uint16Array } = globalThis as unknown as { Float16Array?: View };

function sameBytes(data: TensorData, As: View): unknown {
  return new As(data.buffer, data.byteOffset, data.length);
}

function toOrt({ type, dims, data }: Tensor): OrtTensor {
  return new OrtTensor(type, (type === 'float16' ? sameBytes(data, Half) : data) as OrtData, dims);
}

function fromOrt(tensor: OrtTensor): Tensor {
  const data = tensor.data as TensorData;
  return {
    type: tensor.type as ElementType,
    dims: tensor.dims,
    data: tensor.type === 'float16' ? (sameBytes(data, Uint16Array) as Uint16Array) : data,
  };
}

function describe(values: InferenceSession['inputMetadata']): ValueInfo[] {
  return values.map((value) => {
    if (!value.isTensor) {
      throw new StudioError('refused', `The network's value "${value.name}" is not a tensor.`);
    }
    return { name: value.name, type: value.type as ElementType, dims: value.shape };
  });
}

/**
 * The library copies every output into a new array, also those that were written where they were wanted: a tenth and more
 * of a training step. (What will follow 1.30 no longer does.) It goes through them in their order, and gives up at one that
 * is no tensor. So this one comes first, and is asked for when all others have their places.
 */
const untaken = 'outputs:untaken';
const gaveUp = 'Non tensor type is temporarily not supported.';

function withUntaken(graph: Graph): Graph {
  const none: Node = {
    ...{ name: untaken, op: 'SequenceEmpty', inputs: [], outputs: [untaken] },
    attributes: { dtype: dataTypes.float32 },
  };
  const outputs: ValueInfo[] = [{ name: untaken, type: 'unknown', dims: [] }, ...graph.outputs];
  return { ...graph, nodes: [none, ...graph.nodes], outputs };
}

/** Floats; with fewer the copy is made in no time. */
const large = 2 ** 20;

/**
 * Weights of products that are large. The library copies initializers into memory of its own when a session opens, but not
 * what is fed: so these are fed, the same arrays in every run.
 */
function largeWeights({ nodes, initializers }: Graph): string[] {
  const names = nodes.flatMap(({ op, inputs }) =>
    op === 'Gemm' || op === 'MatMul' ? [inputs[1]!] : [],
  );
  return [...new Set(names)].filter((name) => {
    const tensor = initializers.get(name);
    return tensor?.type === 'float32' && size(tensor.dims) >= large;
  });
}

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));

const providers = {
  cpu: ['cpu'],
  webgpu: ['webgpu', 'cpu'],
  cuda: ['cuda', 'cpu'],
} as const satisfies Record<DeviceKind, readonly string[]>;

async function open(
  device: DeviceKind,
  graph: Graph,
  { threads, stays = [], inPlace = false, asTheyLie = false, profile }: SessionOptions = {},
): Promise<Session> {
  const there = device === 'cpu' ? [] : stays;
  const failed = (error: unknown) => {
    if (device === 'cpu') return error;
    return new DeviceFailed(device, deviceReason(device, reason(error)), { cause: error });
  };
  const untakes = inPlace && device === 'cpu';
  const fed = asTheyLie && device === 'cpu' ? largeWeights(graph) : [];
  const always = new Map(fed.map((name) => [name, toOrt(graph.initializers.get(name)!)]));
  const opened = withInputs(untakes ? withUntaken(graph) : graph, fed);
  const { model, beside } = encodeApart(opened);
  const session = await InferenceSession.create(model, {
    executionProviders: providers[device],
    externalData: beside,
    ...(asTheyLie && { extra: { session: { disable_prepacking: '1' } } }),
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    ...(there.length > 0 && {
      preferredOutputLocation: Object.fromEntries(there.map((name) => [name, 'gpu-buffer'])),
    }),
    ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
    logSeverityLevel: 3,
    // A plan of the second run's memory is laid out beside what the first run has taken: twice as much.
    enableMemPattern: false,
  }).catch((error: unknown) => {
    if (device !== 'cpu') throw failed(error);
    throw new StudioError('refused', `ONNX Runtime cannot open this network: ${reason(error)}`, {
      cause: error,
    });
  });

  const outputNames = session.outputNames.filter((name) => name !== untaken);
  const runThere = async (
    feeds: Values,
    fetches: readonly string[] = outputNames,
    into: Tensors = {},
  ) => {
    const given = Object.fromEntries(
      session.inputNames.map((name) => {
        const own = always.get(name);
        if (own) return [name, own];
        const feed = feeds[name];
        if (!feed) throw new Error(`the input "${name}" is missing`);
        return [name, isHere(feed) ? toOrt(feed) : (feed.handle as OrtTensor)];
      }),
    );
    const run = async (wanted: Record<string, OrtTensor | null>) =>
      session.run(given, wanted).catch((error: unknown) => {
        throw failed(error);
      });
    if (there.length > 0) {
      // Where outputs stay, the library takes their places from the order of what is fetched, as if that were
      // all outputs, and forgets what they were to be written into.
      const results = await run(
        Object.fromEntries(session.outputNames.map((name) => [name, null])),
      );
      const values = session.outputNames.map(
        (name) => [name, asValue(results[name] as OrtTensor)] as const,
      );
      const wanted = new Set(fetches);
      for (const [name, value] of values) if (!wanted.has(name) && !isHere(value)) value.release();
      return Object.fromEntries(values.filter(([name]) => wanted.has(name)));
    }
    const wanted = Object.fromEntries(
      fetches.map((name) => [name, into[name] ? toOrt(into[name]) : null]),
    );
    const results =
      untakes && fetches.every((name) => into[name])
        ? await run({ [untaken]: null, ...wanted }).catch((error: unknown) => {
            if (reason(error) !== gaveUp) throw error;
            return {} as InferenceSession.ReturnType;
          })
        : await run(wanted);
    return Object.fromEntries(
      fetches.map((name) => [name, into[name] ?? asValue(results[name] as OrtTensor)]),
    );
  };

  return {
    inputs: describe(session.inputMetadata.filter(({ name }) => !always.has(name))),
    outputs: describe(session.outputMetadata.filter(({ name }) => name !== untaken)),
    runThere,
    run: async (feeds, fetches, into) => allHere(await runThere(feeds, fetches, into)),
    async close() {
      if (profile !== undefined) session.endProfiling();
      await session.release();
    },
  };
}

function asValue(tensor: OrtTensor): Value {
  if (tensor.location !== 'gpu-buffer') return fromOrt(tensor);
  const { type, dims } = tensor;
  return { type: type as ElementType, dims, handle: tensor, release: () => tensor.dispose() };
}

/** ONNX Runtime on one of the devices; whether it is there shows when a session is opened. */
export const onDevice = (device: DeviceKind): Runtime => ({
  name: 'onnxruntime',
  device,
  apart: device !== 'cpu',
  convolvesDirectly: device === 'cpu',
  open: (graph, options) => open(device, graph, options),
});

/** On the processor. */
export const onnxruntime = onDevice('cpu');
