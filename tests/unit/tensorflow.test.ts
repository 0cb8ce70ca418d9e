import util from 'node:util';
import { describe, expect, it } from 'vitest';
import { gpusOf } from '../../src-main/engine/runtimes/tensorflow/gpus.ts';
import { fillNodeGap } from '../../src-main/engine/runtimes/tensorflow/node-gap.ts';
import {
  offers,
  pipOptions,
  systems,
  unavailable,
} from '../../src-main/studio/tensorflow/packages.ts';
import { placeOf } from '../../src-main/studio/tensorflow/unpack.ts';

describe('what of a wheel is unpacked', () => {
  it.each([
    ['tensorflow/libtensorflow_cc.so.2', 'lib/libtensorflow_cc.so.2'],
    ['tensorflow/libtensorflow_framework.2.dylib', 'lib/libtensorflow_framework.2.dylib'],
    ['tensorflow/include/tensorflow/c/eager/c_api.h', 'include/tensorflow/c/eager/c_api.h'],
    ['tensorflow/include/xla/tsl/c/tsl_status.h', 'include/xla/tsl/c/tsl_status.h'],
    ['tensorflow/include/tsl/platform/ctstring.h', 'include/tsl/platform/ctstring.h'],
    ['tensorflow/python/platform/build_info.py', 'build_info.py'],
    // As the run path of TensorFlow's library has it: $ORIGIN/../nvidia/cudnn/lib.
    ['nvidia/cudnn/lib/libcudnn.so.9', 'nvidia/cudnn/lib/libcudnn.so.9'],
    ['nvidia/cuda_nvcc/bin/ptxas', 'nvidia/cuda_nvcc/bin/ptxas'],
    [
      'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
      'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
    ],
    ['tensorflow/include/tensorflow/core/framework/op.h', null],
    ['tensorflow/python/_pywrap_tfe.so', null],
    ['nvidia/cudnn/include/cudnn.h', null],
    ['nvidia/cublas/lib/__init__.py', null],
  ])('%s', (member, place) => expect(placeOf(member)).toBe(place));
});

describe('what can be installed', () => {
  const linux = systems['linux-x64'];

  it('begins with what suits the machine', () => {
    expect(offers(linux, false).map(({ build }) => build)).toEqual(['cpu', 'gpu']);
    expect(offers(linux, true).map(({ build }) => build)).toEqual(['gpu', 'cpu']);
    expect(offers(systems['darwin-arm64'], true).map(({ build }) => build)).toEqual(['cpu']);
    expect(offers(undefined, true)).toEqual([]);
  });

  it('the build for GPUs brings each library that the run path of TensorFlow’s names', () => {
    const names = linux!.builds.gpu!.map(({ requirement }) => requirement.split('==')[0]);
    const wanted = ['cublas', 'cuda-cupti', 'cuda-nvcc', 'cuda-nvrtc', 'cuda-runtime', 'cudnn'];
    const more = ['cufft', 'curand', 'cusolver', 'cusparse', 'nccl', 'nvjitlink'];
    expect(names).toEqual([
      'tensorflow',
      ...[...wanted, ...more].map((name) => `nvidia-${name}-cu12`),
    ]);
  });

  it('every package is pinned: one version, one file', () => {
    for (const { builds } of Object.values(systems)) {
      for (const { requirement, sha256, bytes, unpacked } of Object.values(builds).flat()) {
        expect(requirement).toMatch(/^[\w-]+==[\d.]+$/);
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
        expect(bytes).toBeGreaterThan(1e6);
        expect(unpacked).toBeGreaterThan(7e5);
      }
    }
  });

  it('pip is told the system, since its Python may be any', () => {
    expect(pipOptions(systems['darwin-arm64']!)).toEqual(
      expect.arrayContaining(['--python-version', '3.12', '--platform', 'macosx_12_0_arm64']),
    );
  });

  it.each([
    ['Windows', [undefined, 'win32', null], /Windows.*WSL 2/],
    ['a system without a wheel', [undefined, 'freebsd', null], /published for Linux/],
    ['another C library', [linux, 'linux', null], /glibc\), and this Linux has another/],
    ['an old glibc', [linux, 'linux', '2.17'], /2\.27 or newer, and this system has 2\.17/],
  ] as const)('says why not: %s', (_, [system, platform, glibc], words) => {
    expect(unavailable(system, platform, glibc)).toMatch(words);
  });

  it('and nothing where it can', () => {
    expect(unavailable(linux, 'linux', '2.39')).toBeNull();
    expect(unavailable(systems['darwin-arm64'], 'darwin', null)).toBeNull();
  });
});

describe('the GPUs that TensorFlow sees', () => {
  const created =
    'I0000 00:00:1 42 gpu_device.cc:2020] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 38382 MB memory:  -> device: 0, name: NVIDIA A100-SXM4-40GB, pci bus id: 0000:00:04.0, compute capability: 8.0\n';

  it('are read from its log', () => {
    expect(gpusOf(created, '12.5.1')).toEqual({
      gpus: [{ name: 'NVIDIA A100-SXM4-40GB', memoryBytes: 38382 * 2 ** 20 }],
      noGpu: null,
    });
  });

  it.each([
    ['', null, 'built for the processor alone'],
    [
      'Could not find cuda drivers on your machine, GPU will not be used.',
      '12.5.1',
      'no NVIDIA driver',
    ],
    [
      'failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)',
      ...['12.5.1', 'no NVIDIA driver'],
    ],
    [
      'Cannot dlopen some GPU libraries. Please make sure',
      '12.5.1',
      'libraries of CUDA are missing',
    ],
    ['failed call to cuInit: CUDA_ERROR_NO_DEVICE: none', '12.5.1', 'sees no GPU'],
    ['failed call to cuInit: something new', '12.5.1', 'CUDA does not start (something new)'],
  ] as const)('and why none: %s', (log, cuda, words) => {
    const { gpus, noGpu } = gpusOf(log, cuda);
    expect(gpus).toEqual([]);
    expect(noGpu).toContain(words);
  });
});

it('what Node has taken away is back, and what it has is left alone', () => {
  const { isArray } = util;
  fillNodeGap();
  const old = util as unknown as Record<string, (value: unknown) => boolean>;
  expect([null, undefined, 0, ''].map((value) => old.isNullOrUndefined!(value))).toEqual([
    ...[true, true, false, false],
  ]);
  if (isArray) expect(util.isArray).toBe(isArray);
});
