/** ONNX Runtime: the default runtime, on the CPU or on any GPU through WebGPU. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { StudioError } from '../../../src-shared/errors.ts';
import type { ElementType, Tensor, TensorData, ValueInfo } from '../graph/graph.ts';
import type { Runtime, Session, SessionOptions, Tensors } from './runtime.ts';

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

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function open(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const session = await InferenceSession.create(model, {
    executionProviders: options.device === 'webgpu' ? ['webgpu', 'cpu'] : ['cpu'],
    ...(options.threads !== undefined && { intraOpNumThreads: options.threads }),
    logSeverityLevel: 3,
    // A plan of the second run's memory is laid out beside what the first run has taken: twice as much.
    enableMemPattern: false,
  }).catch((error: unknown) => {
    throw new StudioError('refused', `ONNX Runtime cannot open this network: ${reason(error)}`, {
      cause: error,
    });
  });

  const run = async (
    feeds: Tensors,
    fetches: readonly string[] = session.outputNames,
    into: Tensors = {},
  ) => {
    const given = Object.fromEntries(
      session.inputNames.map((name) => {
        const feed = feeds[name];
        if (!feed) throw new Error(`the input "${name}" is missing`);
        return [name, toOrt(feed)];
      }),
    );
    const wanted = Object.fromEntries(
      fetches.map((name) => [name, into[name] ? toOrt(into[name]) : null]),
    );
    const results = await session.run(given, wanted);
    return Object.fromEntries(
      fetches.map((name) => [name, into[name] ?? fromOrt(results[name] as OrtTensor)]),
    );
  };

  return {
    inputs: describe(session.inputMetadata),
    outputs: describe(session.outputMetadata),
    run,
    close: () => session.release(),
  };
}

export const onnxruntime: Runtime = { name: 'onnxruntime', open };
