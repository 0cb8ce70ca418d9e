/** Which GPUs TensorFlow uses, and why none: the C library says it nowhere but in what it logs. */
import type { TensorflowFound } from '../../../../src-shared/tensorflow.ts';

const device = /Created device \S*GPU:\d+ with (\d+) MB memory:.*?name: ([^,\n]+)/g;

/** The first that is found in the log is the reason. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [
    /Cannot dlopen some GPU libraries/,
    'libraries of CUDA are missing ("graft tensorflow install --gpu" brings them)',
  ],
  [/CUDA_ERROR_NO_DEVICE|no CUDA-capable device/, 'the NVIDIA driver sees no GPU'],
  [
    /CUDA_ERROR_(SYSTEM_DRIVER_MISMATCH|INSUFFICIENT_DRIVER|COMPAT_NOT_SUPPORTED)|driver version is insufficient/i,
    'the NVIDIA driver is too old for this CUDA: update it',
  ],
  [
    /Could not find cuda drivers|libcuda\.so|cuInit.*303|kernel driver does not appear to be running/,
    'there is no NVIDIA driver here',
  ],
  [/Ignoring visible gpu device[^\n]*/, 'the GPU is too old for this TensorFlow'],
];

/**
 * @param log what TensorFlow wrote to standard error at level 0 while it began
 * @param cuda version of CUDA that it was built for
 */
export function gpusOf(log: string, cuda: string | null): Pick<TensorflowFound, 'gpus' | 'noGpu'> {
  const gpus = [...log.matchAll(device)].map(([, megabytes, name]) => {
    return { name: name!.trim(), memoryBytes: Number(megabytes) * 2 ** 20 };
  });
  return { gpus, noGpu: gpus.length > 0 ? null : reason(log, cuda) };
}

function reason(log: string, cuda: string | null): string {
  if (cuda === null) return 'it is built for the processor alone';
  const known = reasons.find(([pattern]) => pattern.test(log));
  if (known) return known[1];
  const failed = /failed call to cuInit: ([^\n]+)/.exec(log)?.[1];
  return failed ? `CUDA does not start (${failed.trim()})` : 'it does not say why';
}
