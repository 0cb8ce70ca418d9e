import type { Command } from 'commander';
import type { Device } from '../../../src-shared/devices.ts';
import { type RecipeName, recipeNames } from '../../../src-shared/recipes.ts';
import {
  bestPace,
  fasterRuntime,
  fasterWords,
  type RuntimeBench,
} from '../../../src-shared/runtime-bench.ts';
import { type RuntimeName, runtimeNames, runtimeTitles } from '../../../src-shared/runtimes.ts';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { fileSize, print, printJson, table } from '../output.ts';
import { createProgress } from '../progress.ts';
import { type Session, withStudio } from '../session.ts';
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

/** Milliseconds a picture of both runtimes at each recipe, and which is faster over a whole run. */
function benchTable({ paces, backbone, at }: RuntimeBench): string {
  const pace = (recipe: RecipeName, runtime: RuntimeName) => {
    const found = paces[recipe][runtime];
    if (!found) return 'not measured';
    const { frozen, step } = bestPace(found);
    const parts = [
      ...(frozen > 0 ? [`${(1000 * frozen).toFixed(1)} once`] : []),
      ...(step > 0 ? [`${(1000 * step).toFixed(1)} an epoch`] : []),
    ];
    return parts.join(', ');
  };
  const verdict = (recipe: RecipeName) => {
    if (runtimeNames.some((runtime) => !paces[recipe][runtime])) return '–';
    const faster = fasterRuntime({ paces, backbone, at }, recipe);
    return faster ? fasterWords(faster) : 'no clear difference';
  };
  return [
    `Milliseconds a picture with ${backbone}, measured ${at.slice(0, 10)}`,
    table(recipeNames, [
      { title: 'Recipe', text: (recipe) => recipe },
      ...runtimeNames.map((runtime) => ({
        title: runtimeTitles[runtime],
        text: (recipe: RecipeName) => pace(recipe, runtime),
      })),
      { title: 'A whole run', text: verdict },
    ]),
  ].join('\n');
}

/** With a line that tells how far it is. */
async function measured({ studio }: Session, options: Options): Promise<RuntimeBench | null> {
  const progress = createProgress(options);
  const stop = studio.subscribe((event) => {
    if (event.name !== 'runtimes.progress') return;
    progress.show({
      ...{ what: 'Measuring both runtimes', unit: 'parts', secondsLeft: null },
      ...event.data,
    });
  });
  try {
    return (await studio.call('runtimes.bench', { measure: options.bench })).bench;
  } finally {
    stop();
    progress.clear();
  }
}

interface Options extends CommonOptions {
  readonly bench: boolean;
}

export function doctor(program: Command): void {
  addCommonOptions(program.command('doctor'))
    .description('show versions, runtimes and devices')
    .option('--bench', 'measure each recipe on both runtimes first, which takes minutes', false)
    .action((options: Options) =>
      withStudio(options, async (session) => {
        const found = await session.studio.call('doctor', {});
        const bench = await measured(session, options);
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
        if (bench) print(`\n${benchTable(bench)}`);
      }),
    );
}
