/** Training on a GPU, imitated by the processor (SwiftShader): the same numbers, and nothing is carried about. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { root } from '../../src-main/programs.ts';
import { noVulkan, softwareVulkan } from '../helpers/software-vulkan.ts';

interface Trained {
  readonly losses: readonly number[];
  readonly perStep: { readonly brought: number; readonly given: number };
  readonly parameters: number;
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

const run = promisify(execFile);

async function train(device: string, env: Readonly<Record<string, string>> = {}) {
  const program = join(root, 'tests', 'helpers', 'train-there.ts');
  const { stdout } = await run(process.execPath, [program, device], {
    env: { ...process.env, ...env },
    maxBuffer: 1e8,
  });
  return JSON.parse(stdout) as Readonly<Record<string, Trained>>;
}

const vulkan = softwareVulkan();
if ('why' in vulkan) console.warn(`SKIPPED: nothing is trained on WebGPU, because ${vulkan.why}.`);

describe.skipIf('why' in vulkan)('training over software Vulkan', () => {
  it('gives the losses and weights of the processor and leaves them on the device', async () => {
    const env = 'env' in vulkan ? vulkan.env : {};
    const [here, there] = await Promise.all([train('cpu'), train('webgpu', env)]);
    expect(Object.keys(there)).toEqual(Object.keys(here));
    for (const [name, { losses, weights, perStep, parameters }] of Object.entries(there)) {
      const expected = here[name]!;
      expect(losses).toHaveLength(10);
      for (const [at, loss] of losses.entries()) {
        expect(Math.abs(loss - expected.losses[at]!), `${name}, step ${at}`).toBeLessThan(1e-4);
      }
      for (const [parameter, values] of Object.entries(weights)) {
        const differences = values.map((value, i) => value - expected.weights[parameter]![i]!);
        expect(Math.max(...differences.map(Math.abs)), parameter).toBeLessThan(1e-3);
      }
      // Labels, rows, scalars and logits; the weights alone would be hundreds.
      expect(perStep.brought).toBeLessThan(50);
      expect(perStep.given).toBeLessThan(50);
      expect(parameters).toBeGreaterThan(900);
    }
  }, 300_000);
});

describe('without a driver', () => {
  it('says what is missing', async () => {
    const failed = await train('webgpu', noVulkan).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(failed).toContain('no graphics driver was found');
  });
});
