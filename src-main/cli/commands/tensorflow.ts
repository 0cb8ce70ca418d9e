import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { StudioError } from '../../../src-shared/errors.ts';
import {
  type TensorflowBuild,
  type TensorflowHere,
  type TensorflowProgress,
  type TensorflowState,
  tensorflowStepTitles,
} from '../../../src-shared/tensorflow.ts';
import { Interrupted, interruptible } from '../interrupt.ts';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { complain, fileSize, print, printJson } from '../output.ts';
import { createProgress, type Progress } from '../progress.ts';
import { type Session, withStudio } from '../session.ts';

/** One line: version, what it was built for, the GPUs it sees and why not if none. */
export function tensorflowText({ installed, found, problem }: TensorflowHere): string {
  if (!installed) return 'not installed ("graft tensorflow install")';
  const build = installed.cuda === null ? 'for the processor' : `for CUDA ${installed.cuda}`;
  const what = `${installed.version}, built ${build}`;
  if (!found) return `${what}, cannot be used: ${problem}`;
  if (found.noGpu !== null) return `${what}, on the processor; no GPU, for ${found.noGpu}`;
  const gpus = found.gpus.map(
    ({ name, memoryBytes }) => `${name} (${fileSize(memoryBytes)} of it)`,
  );
  return `${what}, on ${gpus.join(', ')}`;
}

function stateText(state: TensorflowState): string {
  const { installed, offers, unavailable } = state;
  if (installed) {
    return [
      `TensorFlow ${tensorflowText(state)}.`,
      `From ${installed.source}, ${fileSize(installed.bytes)} in ${installed.folder}`,
    ].join('\n');
  }
  if (unavailable) return `TensorFlow is not installed. ${unavailable}`;
  const lines = offers.map(
    ({ build, downloadBytes, diskBytes }) =>
      `  graft tensorflow install --${build}   ${fileSize(downloadBytes)} to download, ${fileSize(diskBytes)} on the disk`,
  );
  return ['TensorFlow is not installed. It can be:', ...lines].join('\n');
}

/** Shows what goes on until the installation has ended. */
async function follow(
  { studio, onMissed }: Session,
  start: () => Promise<unknown>,
  progress: Progress,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<TensorflowState> {
  const done = Promise.withResolvers<void>();
  const show = ({ step, done, total }: TensorflowProgress) =>
    progress.show({
      what: tensorflowStepTitles[step],
      done: Math.round(done / 1e6),
      total: total === null ? null : Math.round(total / 1e6),
      unit: 'MB',
      secondsLeft: null,
    });
  const stops = [
    onMissed(() => {
      void studio
        .call('tensorflow.state', {})
        .then(({ installing }) => installing ?? done.resolve(), done.reject);
    }),
    studio.subscribe((event) => {
      if (event.name === 'tensorflow.changed') done.resolve();
      if (event.name === 'tensorflow.progress') show(event.data);
      if (event.name === 'tensorflow.log') tell(event.data.line);
    }),
  ];
  const cancel = () => void studio.call('tensorflow.cancel', {}).catch(done.reject);
  try {
    await start();
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    await done.promise;
    if (signal.aborted) throw new Interrupted();
    return await studio.call('tensorflow.state', {});
  } finally {
    progress.clear();
    for (const stop of stops) stop();
  }
}

interface InstallOptions extends CommonOptions {
  readonly cpu?: true;
  readonly gpu?: true;
  readonly from?: string;
}

function chosenBuild({ cpu, gpu }: InstallOptions): TensorflowBuild | undefined {
  if (gpu) return 'gpu';
  return cpu ? 'cpu' : undefined;
}

function install(group: Command): void {
  addCommonOptions(group.command('install'))
    .description('bring TensorFlow into your own folder, for all projects')
    .addOption(new Option('--cpu', 'the smaller build, for the processor alone').conflicts('gpu'))
    .option('--gpu', "the build for NVIDIA's GPUs, with CUDA's libraries")
    .option('--from <path>', 'a wheel, a folder of wheels, or a folder of libtensorflow')
    .action((options: InstallOptions) =>
      withStudio(options, (session) =>
        interruptible(async (signal) => {
          const progress = createProgress(options);
          const build = chosenBuild(options);
          const from = options.from;
          if (from !== undefined && !session.local && !/^([\\/]|[A-Za-z]:)/.test(from)) {
            throw new StudioError(
              'invalid-input',
              `With --connect TensorFlow is installed on the studio's machine: give the absolute path there instead of "${from}".`,
            );
          }
          const start = () =>
            session.studio.call('tensorflow.install', {
              ...(build && { build }),
              ...(from !== undefined && { from: session.local ? resolve(from) : from }),
            });
          const tell = (line: string) => {
            progress.clear();
            complain(line);
          };
          const state = await follow(session, start, progress, signal, tell);
          if (state.failure !== null) throw new StudioError('refused', state.failure);
          if (options.json) printJson(state);
          else print(stateText(state));
        }),
      ),
    );
}

export function tensorflow(program: Command): void {
  const group = program
    .command('tensorflow')
    .description('TensorFlow as a second runtime beside ONNX Runtime');
  install(group);
  addCommonOptions(group.command('status', { isDefault: true }))
    .description('show what is installed of it, and the GPUs it sees')
    .action((options: CommonOptions) =>
      withStudio(options, async ({ studio }) => {
        const state = await studio.call('tensorflow.state', { again: true });
        if (options.json) printJson(state);
        else print(stateText(state));
      }),
    );
  addCommonOptions(group.command('remove'))
    .description('take it away again, with all that was downloaded for it')
    .action((options: CommonOptions) =>
      withStudio(options, async ({ studio }) => {
        const state = await studio.call('tensorflow.remove', {});
        if (options.json) printJson(state);
        else print('TensorFlow is removed.');
      }),
    );
}
