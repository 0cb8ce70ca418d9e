/** Why a device cannot be used, in a person's words; ONNX Runtime's own where they are not known. */
import type { DeviceKind } from '../../../src-shared/devices.ts';

const known: readonly (readonly [DeviceKind, RegExp, string])[] = [
  [
    'webgpu',
    /Failed to get a WebGPU adapter/,
    'no graphics driver was found (Vulkan on Linux, Direct3D 12 on Windows, Metal on macOS): install the driver of your graphics card',
  ],
  [
    'cuda',
    /Failed to load (shared )?library|is not supported|not available|backend not found|CUDA.*not/i,
    "ONNX Runtime's CUDA provider is not installed (docs/devices.md tells how, on Linux)",
  ],
  ['webgpu', /out of memory|OutOfMemory/i, 'its memory did not suffice'],
  ['cuda', /out of memory|Failed to allocate memory/i, 'its memory did not suffice'],
  ['webgpu', /device.*lost/i, 'the graphics driver gave it up'],
];

/** A part of a sentence, without a full stop. */
export function deviceReason(device: DeviceKind, message: string): string {
  const found = known.find(([of, pattern]) => of === device && pattern.test(message));
  if (found) return found[2];
  // Native messages begin with a source file and its function.
  const [line = ''] = message.split('\n');
  return line
    .replace(/^\/\S+\s/, '')
    .replace(/\.\s*$/, '')
    .slice(0, 300);
}
