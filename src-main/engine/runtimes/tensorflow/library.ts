/** TensorFlow's own library under TensorFlow.js: found, loaded once, or why not. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as TensorFlowJs from '@tensorflow/tfjs';
import { StudioError } from '../../../../src-shared/errors.ts';
import type { InstalledTensorflow } from '../../../../src-shared/tensorflow.ts';
import { root } from '../../../programs.ts';
import { bindingPath, readInstalled } from './installation.ts';
import { fillNodeGap } from './node-gap.ts';

export interface Tensorflow {
  /** All of TensorFlow.js; its backend is TensorFlow's library. */
  readonly tf: typeof TensorFlowJs;
  /** Of the library, as it says itself: "2.21.0". */
  readonly version: string;
  /** Version of CUDA that the library was built for; null: for the processor alone. */
  readonly cuda: string | null;
  /** Does it compute on a GPU here? */
  readonly usesGpu: boolean;
}

interface Binding {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}

interface BackendModule {
  readonly NodeJSKernelBackend: new (
    binding: Binding,
    packageName: string,
  ) => TensorFlowJs.KernelBackend;
}

const packageName = '@tensorflow/tfjs-node-gpu';
let loading: Promise<Tensorflow> | null = null;

export interface LoadOptions {
  /** Inside one operator; TensorFlow's own choice (all processors) when absent. */
  readonly threads?: number;
  /** TensorFlow tells on standard error what it finds; false keeps that to errors. */
  readonly talks?: boolean;
}

/**
 * Loads what `graft tensorflow install` has brought, into this process and for good: later calls give the
 * same, whatever their options. Throws a StudioError (`unavailable`) that says why there is none.
 */
export function loadTensorflow(options: LoadOptions = {}): Promise<Tensorflow> {
  loading ??= loadInstalled(options).catch((error: unknown) => {
    loading = null; // it may be installed while this process runs
    throw error;
  });
  return loading;
}

async function loadInstalled(options: LoadOptions): Promise<Tensorflow> {
  const installed = await readInstalled();
  if (installed) return loadFrom(installed, options);
  throw new StudioError(
    'unavailable',
    'TensorFlow is not installed: "graft tensorflow install" brings it, or the button in the settings.',
  );
}

/**
 * As `loadTensorflow`, from a folder that need not count yet.
 *
 * The package's own index.js looks for the binding inside node_modules, by way of a tool that is no more
 * kept up. So what it does is done here, with the binding in the user's folder: the kernels register
 * themselves, and the backend is given the binding.
 */
export async function loadFrom(
  { folder, cuda }: Pick<InstalledTensorflow, 'folder' | 'cuda'>,
  { threads, talks = false }: LoadOptions = {},
): Promise<Tensorflow> {
  // Read by the library while it is loaded; what a person has set stays.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= talks ? '0' : '2';
  // Otherwise it takes nearly all memory of every GPU at once.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  if (threads !== undefined) process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
  try {
    fillNodeGap();
    const require = createRequire(join(root, 'package.json'));
    const tf = require('@tensorflow/tfjs') as typeof TensorFlowJs;
    require(`${packageName}/dist/register_all_kernels`);
    const backend = require(`${packageName}/dist/nodejs_kernel_backend`) as BackendModule;
    const binding = require(bindingPath(folder)) as Binding;
    tf.registerBackend(
      'tensorflow',
      () => new backend.NodeJSKernelBackend(binding, packageName),
      3, // as the package does: before TensorFlow.js's own
    );
    if (!(await tf.setBackend('tensorflow'))) throw new Error('it cannot be initialised');
    return {
      tf,
      version: binding.TF_Version,
      cuda,
      usesGpu: binding.isUsingGpuDevice(),
    };
  } catch (error) {
    throw new StudioError(
      'unavailable',
      `TensorFlow in ${folder} cannot be loaded: ${reason(error)}. Install it again with "graft tensorflow install".`,
      { cause: error },
    );
  }
}

/** The first line, without the stack of modules that Node writes below it. */
function reason(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.replace(/\.\s*$/, '');
}
