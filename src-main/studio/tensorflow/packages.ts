/**
 * Which files of PyPI TensorFlow consists of, pinned: the official wheels, of which only the library and C
 * headers are used, so that one Python's wheel (3.12's) does for all, whatever Python is here. NVIDIA's are
 * those that the extra `and-cuda` of TensorFlow's own package names.
 */
import type { TensorflowBuild, TensorflowOffer } from '../../../src-shared/tensorflow.ts';

export interface Package {
  /** As pip takes it. */
  readonly requirement: string;
  readonly bytes: number;
  readonly sha256: string;
  /** On the disk, of what is unpacked. */
  readonly unpacked: number;
}

interface System {
  /** By names of Python's platforms, the wheels that run here. */
  readonly platforms: readonly string[];
  readonly builds: Readonly<Partial<Record<TensorflowBuild, readonly Package[]>>>;
}

const tensorflow = (name: string, bytes: number, sha256: string, unpacked: number): Package => ({
  ...{ requirement: `${name}==2.21.0`, bytes, sha256, unpacked },
});
const nvidia = (
  [name, version]: readonly [string, string],
  bytes: number,
  sha256: string,
  unpacked: number,
): Package => ({ requirement: `nvidia-${name}-cu12==${version}`, bytes, sha256, unpacked });

const cuda: readonly Package[] = [
  nvidia(
    ['cublas', '12.9.3.13'],
    581_217_458,
    'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
    855_064_416,
  ),
  nvidia(
    ['cuda-cupti', '12.9.79'],
    10_814_997,
    '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
    43_365_768,
  ),
  nvidia(
    ['cuda-nvcc', '12.9.86'],
    40_546_229,
    '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
    98_010_465,
  ),
  nvidia(
    ['cuda-nvrtc', '12.9.86'],
    89_568_129,
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    227_340_992,
  ),
  nvidia(
    ['cuda-runtime', '12.9.79'],
    3_493_179,
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    741_088,
  ),
  nvidia(
    ['cudnn', '9.28.0.42'],
    716_538_495,
    '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
    1_162_393_472,
  ),
  nvidia(
    ['cufft', '11.4.1.4'],
    200_877_592,
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    293_609_416,
  ),
  nvidia(
    ['curand', '10.3.10.19'],
    68_295_626,
    '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
    166_965_432,
  ),
  nvidia(
    ['cusolver', '11.7.5.82'],
    338_117_415,
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    494_975_064,
  ),
  nvidia(
    ['cusparse', '12.5.10.65'],
    366_465_088,
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    486_556_368,
  ),
  nvidia(
    ['nccl', '2.32.3'],
    351_526_311,
    'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
    473_614_536,
  ),
  nvidia(
    ['nvjitlink', '12.9.86'],
    39_748_338,
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    95_935_344,
  ),
];

/** By Node's names of the system and the processor. */
export const systems: Readonly<Record<string, System>> = {
  'linux-x64': {
    platforms: [27, 28, 25, 17, 12].map((glibc) => `manylinux_2_${glibc}_x86_64`),
    builds: {
      cpu: [
        tensorflow(
          'tensorflow-cpu',
          274_000_871,
          'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
          853_308_936,
        ),
      ],
      gpu: [
        tensorflow(
          'tensorflow',
          572_611_111,
          'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
          1_259_021_080,
        ),
        ...cuda,
      ],
    },
  },
  'linux-arm64': {
    platforms: [27, 28, 17].map((glibc) => `manylinux_2_${glibc}_aarch64`),
    builds: {
      cpu: [
        tensorflow(
          'tensorflow',
          281_946_471,
          'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
          883_062_208,
        ),
      ],
    },
  },
  'darwin-arm64': {
    platforms: ['macosx_12_0_arm64'],
    builds: {
      cpu: [
        tensorflow(
          'tensorflow',
          223_488_205,
          '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
          740_805_624,
        ),
      ],
    },
  },
};

export const thisSystem = (): System | undefined => systems[`${process.platform}-${process.arch}`];

/** NVIDIA's own libraries, without TensorFlow. */
export const isNvidia = ({ requirement }: Package): boolean => requirement.startsWith('nvidia-');

/** pip's options for a wheel that runs on this system, whichever Python pip belongs to. */
export const pipOptions = ({ platforms }: System): readonly string[] => [
  ...['--no-cache-dir', '--python-version', '3.12', '--implementation', 'cp', '--abi', 'cp312'],
  // Half a gigabyte over a poor line deserves more patience than a small file.
  ...['--retries', '5', '--timeout', '60'],
  ...platforms.flatMap((platform) => ['--platform', platform]),
];

/** Why none can be installed on this system at all; null where one can. */
export function unavailable(
  system: System | undefined,
  platform: NodeJS.Platform = process.platform,
  glibc: string | null = glibcVersion(),
): string | null {
  if (platform === 'win32') {
    return 'On Windows TensorFlow publishes its library only as a part of its Python module, which needs Python itself in the same process, and not for GPUs: it cannot be used from here. Inside WSL 2 it can, as on Linux. ONNX Runtime needs none of it.';
  }
  if (!system) {
    return `TensorFlow is published for Linux (x64, arm64) and for Macs with Apple's processors, and this is ${platform} on ${process.arch}.`;
  }
  if (platform !== 'linux') return null;
  if (glibc === null) {
    return "TensorFlow's library needs the GNU C library (glibc), and this Linux has another one.";
  }
  const [major = 0, minor = 0] = glibc.split('.').map(Number);
  if (major > 2 || minor >= 27) return null;
  return `TensorFlow's library needs glibc 2.27 or newer, and this system has ${glibc}.`;
}

function glibcVersion(): string | null {
  if (process.platform !== 'linux') return null;
  const { header } = process.report.getReport() as {
    readonly header: { readonly glibcVersionRuntime?: string };
  };
  return header.glibcVersionRuntime ?? null;
}

/** What can be installed here, the build that suits this machine first. */
export function offers(system: System | undefined, hasNvidiaCard: boolean): TensorflowOffer[] {
  const sum = (packages: readonly Package[], of: 'bytes' | 'unpacked') =>
    packages.reduce((total, each) => total + each[of], 0);
  const found = (['cpu', 'gpu'] as const).flatMap((build) => {
    const packages = system?.builds[build];
    if (!packages) return [];
    return [{ build, downloadBytes: sum(packages, 'bytes'), diskBytes: sum(packages, 'unpacked') }];
  });
  return hasNvidiaCard ? found.toReversed() : found;
}
