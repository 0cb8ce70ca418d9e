import type { Command } from 'commander';
import type { Device } from '../../../src-shared/devices.ts';
import { recipeNames } from '../../../src-shared/recipes.ts';
import {
  fasterRuntime,
  type RuntimeBench,
  type RuntimePace,
} from '../../../src-shared/runtime-bench.ts';
import { runtimeTitles } from '../../../src-shared/runtimes.ts';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { fileSize, print, printJson, table } from '../output.ts';
import { withStudio } from '../session.ts';
import { tensorflowText } from './tensorflow.ts';

/** "NVIDIA GeForce RTX 3060 (12 GB): a small step in 1.2 ms, the processor's in 66 ms, …" */
function deviceLine({ name, memoryBytes, trial, problem, software }: Device): string {
  if (!trial) return problem ?? 'cannot be used';
  const memory = memoryBytes === null ? '' : ` (${fileSize(memoryBytes)})`;
  const time = (seconds: number) => `${(1000 * seconds).toFixed(1)} ms`;
  const step = `a small training step in ${time(trial.seconds)}, on the processor in ${time(trial.processorSeconds)}`;
  const difference = `difference to it ${trial.difference.toExponential(1)}`;
  const operators = `${trial.onDevice} of ${trial.operators} operators run there`;
  return `${name}${memory}: ${[step, difference, operators, software ? 'imitated by the processor' : ''].filter(Boolean).join('; ')}`;
}

/** "2.1 times as fast with TensorFlow" and so on, a line for each recipe. */
function benchLines(bench: RuntimeBench | null): [string, string][] {
  if (!bench) return [];
  const pace = (found: RuntimePace | null) =>
    found
      ? `${(1000 * found.frozen).toFixed(1)} + ${(1000 * found.step).toFixed(1)} ms`
      : 'not measured';
  return recipeNames.map((recipe) => {
    const { onnxruntime, tensorflow } = bench.paces[recipe];
    const faster = fasterRuntime(bench, recipe);
    const verdict = faster
      ? `${faster.times.toFixed(1)} times as fast with ${runtimeTitles[faster.runtime]}`
      : 'no clear difference';
    return [
      recipe,
      `${verdict}; frozen part and step of a picture: ONNX Runtime ${pace(onnxruntime)}, TensorFlow ${pace(tensorflow)} (${bench.backbone}, ${bench.at.slice(0, 10)})`,
    ];
  });
}

interface Options extends CommonOptions {
  readonly bench: boolean;
}

export function doctor(program: Command): void {
  addCommonOptions(program.command('doctor'))
    .description('show versions, runtimes and devices')
    .option('--bench', 'measure each recipe on both runtimes first, which takes minutes', false)
    .action((options: Options) =>
      withStudio(options, async ({ studio }) => {
        const found = await studio.call('doctor', {});
        const { bench } = await studio.call('runtimes.bench', { measure: options.bench });
        if (options.json) {
          printJson({ ...found, bench });
          return;
        }
        const lines: [string, string][] = [
          ...Object.entries(found.versions),
          ...found.runtimes.map(({ name, version, devices }): [string, string] => [
            name,
            `${version} on ${devices.join(', ')}`,
          ]),
          ['tensorflow', tensorflowText(found.tensorflow)],
          ...(found.problem ? [['engine', found.problem] satisfies [string, string]] : []),
          ...found.devices.map((each): [string, string] => [each.kind, deviceLine(each)]),
          ...(found.devices.length > 0
            ? [['trains on', found.automatic] satisfies [string, string]]
            : []),
          ...benchLines(bench),
          ['threads', String(found.threads)],
          ['memory', fileSize(found.memoryBytes)],
          ['home', found.home],
        ];
        print(
          table(lines, [
            { title: 'What', text: ([name]) => name },
            { title: 'Found', text: ([, value]) => value },
          ]),
        );
      }),
    );
}
