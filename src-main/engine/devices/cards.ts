/** What graphics cards the system names, with their memory: WebGPU itself does not tell. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Card {
  readonly name: string;
  /** Its own; null where it shares the processor's, or the system does not tell. */
  readonly memoryBytes: number | null;
}

/** The one with the most memory of its own first: which is what a graphics driver prefers too. */
export async function graphicsCards(): Promise<readonly Card[]> {
  const found = await listed[process.platform as keyof typeof listed]?.().catch(() => []);
  return (found ?? []).toSorted((a, b) => (b.memoryBytes ?? 0) - (a.memoryBytes ?? 0));
}

/** NVIDIA's cards, by their own driver's tool; none without it. */
export const nvidiaCards = async (): Promise<readonly Card[]> =>
  parseNvidia(
    await output('nvidia-smi', '--query-gpu=name,memory.total', '--format=csv,noheader,nounits'),
  );

const listed = {
  async linux(): Promise<readonly Card[]> {
    const [nvidia, others] = await Promise.all([nvidiaCards(), kernelCards('/sys/class/drm')]);
    return [...nvidia, ...others];
  },
  darwin: async () => parseMac(await output('system_profiler', 'SPDisplaysDataType', '-json')),
  win32: async () => parseWindows(await output('powershell', '-NoProfile', '-Command', registry)),
} as const;

/** The registry knows more than 4 GB, which Win32_VideoController does not. */
const registry =
  "Get-ItemProperty 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}\\0*' -ErrorAction SilentlyContinue | Select-Object DriverDesc,'HardwareInformation.qwMemorySize' | ConvertTo-Json";

const run = promisify(execFile);

/** Empty when the program is not there or fails. */
async function output(program: string, ...args: readonly string[]): Promise<string> {
  try {
    return (await run(program, [...args], { timeout: 10_000, windowsHide: true })).stdout;
  } catch {
    return '';
  }
}

/** "NVIDIA GeForce RTX 3060, 12288" a line, in MiB. */
export function parseNvidia(text: string): Card[] {
  return text.split('\n').flatMap((line) => {
    const [, name, memory] = /^(.+), (\d+)\s*$/.exec(line) ?? [];
    return name ? [{ name, memoryBytes: Number(memory) * 2 ** 20 }] : [];
  });
}

export function parseMac(text: string): Card[] {
  if (text.trim() === '') return [];
  const { SPDisplaysDataType: found = [] } = JSON.parse(text) as {
    readonly SPDisplaysDataType?: readonly {
      readonly sppci_model?: string;
      readonly spdisplays_vram?: string;
    }[];
  };
  return found.flatMap(({ sppci_model: name, spdisplays_vram: memory }) => {
    const [, count, unit] = /^(\d+) (MB|GB)$/.exec(memory ?? '') ?? [];
    const memoryBytes = count ? Number(count) * (unit === 'GB' ? 2 ** 30 : 2 ** 20) : null;
    return name ? [{ name, memoryBytes }] : [];
  });
}

export function parseWindows(text: string): Card[] {
  if (text.trim() === '') return [];
  interface Entry {
    readonly DriverDesc?: string;
    readonly 'HardwareInformation.qwMemorySize'?: number;
  }
  const found = JSON.parse(text) as Entry | readonly Entry[];
  return [found].flat().flatMap((entry: Entry) => {
    const name = entry.DriverDesc;
    // A driver for remote desktops is no card.
    if (!name || /Microsoft (Basic|Remote)/.test(name)) return [];
    return [{ name, memoryBytes: entry['HardwareInformation.qwMemorySize'] ?? null }];
  });
}

const vendors: Readonly<Record<string, string>> = { '0x1002': 'AMD', '0x8086': 'Intel' };

/** AMD's and Intel's, as the Linux kernel has them; NVIDIA's own tool knows its cards better. */
async function kernelCards(folder: string): Promise<Card[]> {
  const names = await readdir(folder).catch(() => []);
  const cards = names
    .filter((name) => /^card\d+$/.test(name))
    .map(async (name): Promise<Card | null> => {
      const read = (file: string) =>
        readFile(join(folder, name, 'device', file), 'utf8').then(
          (text) => text.trim(),
          () => '',
        );
      const vendor = vendors[await read('vendor')];
      if (!vendor) return null;
      const model = await read('product_name');
      const memory = Number(await read('mem_info_vram_total'));
      return { name: model || `${vendor} graphics`, memoryBytes: memory > 0 ? memory : null };
    });
  return (await Promise.all(cards)).filter((card) => card !== null);
}

/** Is the only driver that Vulkan is told of one that computes on the processor? */
export function softwareDriver(env: NodeJS.ProcessEnv = process.env): string | null {
  const told = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES ?? '';
  if (/swiftshader/i.test(told)) return 'SwiftShader';
  return /lvp|lavapipe|llvmpipe/i.test(told) ? 'llvmpipe' : null;
}
