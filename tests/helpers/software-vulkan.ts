/** A GPU that the processor imitates: SwiftShader, which every Chromium for Linux brings along. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bringChromium } from '../setup/chromium.ts';

export type SoftwareVulkan =
  | { readonly env: Readonly<Record<string, string>> }
  | { readonly why: string };

/** What a process must find in its environment when it starts, so that WebGPU runs on it; or why it cannot. */
export function softwareVulkan(): SoftwareVulkan {
  if (process.platform !== 'linux') return { why: 'software Vulkan is looked for on Linux only' };
  let chromium: string;
  try {
    chromium = realpathSync(bringChromium());
  } catch (error) {
    return { why: (error as Error).message };
  }
  const folders = [dirname(chromium), '/usr/lib/chromium', '/usr/lib/chromium-browser'];
  const folder = folders.find((each) => existsSync(join(each, 'vk_swiftshader_icd.json')));
  if (!folder) return { why: `${chromium} comes without vk_swiftshader_icd.json` };
  const driver = join(folder, 'vk_swiftshader_icd.json');
  return {
    env: {
      VK_DRIVER_FILES: driver,
      VK_ICD_FILENAMES: driver,
      // The Vulkan loader is beside the driver.
      LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
    },
  };
}

/** An environment in which no driver is found. */
export const noVulkan = { VK_DRIVER_FILES: '/nowhere', VK_ICD_FILENAMES: '/nowhere' };
