import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CallInput } from '../../../src-shared/contract.ts';
import type { Backbone, Normalisation } from '../../../src-shared/domain.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import { Interrupted, interruptible } from '../interrupt.ts';
import { addCommonOptions, type CommonOptions } from '../options.ts';
import { fileSize, print, printJson, table } from '../output.ts';
import { createProgress } from '../progress.ts';
import { type Session, withStudio } from '../session.ts';
import { uploadFiles } from '../upload.ts';

function list(group: Command): void {
  addCommonOptions(group.command('list'))
    .description('show the networks, and which have their weights here')
    .action((options: CommonOptions) =>
      withStudio(options, async ({ studio }) => {
        const { backbones, best } = await studio.call('backbones.list', {});
        if (options.json) printJson({ backbones, best });
        else print(listText(backbones, best));
      }),
    );
}

function listText(backbones: readonly Backbone[], best: string | null): string {
  const state = ({ name, ready, fetchable }: Backbone) => {
    if (ready) return name === best ? 'ready, the best one here' : 'ready';
    return fetchable ? `graft backbones fetch ${name}` : 'graft backbones add FILE';
  };
  return table(backbones, [
    { title: 'Name', text: ({ name }) => name },
    { title: 'Network', text: ({ title }) => title },
    {
      title: 'Parameters',
      text: ({ parameters }) => `${(parameters / 1e6).toFixed(1)} M`,
      align: 'right',
    },
    {
      title: 'File',
      text: ({ bytes }) => (bytes === null ? '–' : fileSize(bytes)),
      align: 'right',
    },
    { title: 'Licence', text: ({ licence }) => licence },
    { title: 'State', text: state },
  ]);
}

interface AddOptions extends CommonOptions {
  readonly as?: string;
  readonly inputSize?: string;
  readonly mean?: string;
  readonly std?: string;
}

function triple(text: string, flag: string): [number, number, number] {
  const values = text.split(',').map(Number);
  if (values.length === 3 && values.every(Number.isFinite))
    return values as [number, number, number];
  throw new StudioError('invalid-input', `${flag} takes three numbers, as in 0.485,0.456,0.406.`);
}

function normalisationOf({ mean, std }: AddOptions): Normalisation | undefined {
  if (mean === undefined && std === undefined) return undefined;
  if (mean === undefined || std === undefined) {
    throw new StudioError('invalid-input', 'Give both --mean and --std.');
  }
  return { mean: triple(mean, '--mean'), std: triple(std, '--std') };
}

/** Files in which the weights of an ONNX model may lie, and what says how it was fed, by their usual names. */
function besides(path: string): string[] {
  const folder = dirname(path);
  const paths = [
    `${path}.data`,
    `${path}_data`,
    path.replace(/\.onnx$/i, '.data'),
    join(folder, 'preprocessor_config.json'),
    join(folder, 'config.json'),
  ];
  return paths.filter((each) => each !== path && existsSync(each));
}

/** What is assumed where neither the file nor the person says, in sentences. */
async function assumptions(
  { studio }: Session,
  given: CallInput<'backbones.inspect'>,
  options: AddOptions,
): Promise<string[]> {
  const { inputSize, normalisation } = await studio.call('backbones.inspect', given);
  return [
    ...(inputSize === null && options.inputSize === undefined
      ? ['It does not say how large its pictures are: 224 pixels were taken (--input-size).']
      : []),
    ...(normalisation === null && options.mean === undefined
      ? [
          "It does not say how its pictures are normalised: ImageNet's mean and deviation were taken (--mean, --std).",
        ]
      : []),
  ];
}

function add(group: Command): void {
  addCommonOptions(group.command('add <file>'))
    .description(
      'take a network from an .onnx file, or the weights from a .pth or .safetensors file',
    )
    .option(
      '--as <name>',
      'what an ONNX network is to be called, or which network the weights are for',
    )
    .option('--input-size <pixels>', 'side of the pictures, where an ONNX file does not say')
    .option('--mean <r,g,b>', 'of the normalisation, on values from 0 to 1')
    .option('--std <r,g,b>', 'its deviation')
    .action((file: string, options: AddOptions) =>
      withStudio(options, (session) =>
        interruptible(async (signal) => {
          const progress = createProgress(options);
          const path = resolve(file);
          const isNetwork = /\.onnx$/i.test(path);
          const normalisation = normalisationOf(options);
          const paths = [path, ...(isNetwork ? besides(path) : [])];
          const uploaded = session.local
            ? [{ local: path, there: path }]
            : await uploadFiles(session, paths, 'backbone', progress, signal);
          progress.clear();
          const { there } = uploaded.find(({ local }) => local === path)!;
          const beside = uploaded.filter(({ local }) => local !== path).map((each) => each.there);
          const given = { file: there, ...(beside.length > 0 && { beside }) };
          const assumed = isNetwork ? await assumptions(session, given, options) : [];
          const backbone = await session.studio.call('backbones.add', {
            ...given,
            ...(options.as === undefined ? {} : { as: options.as }),
            ...(options.inputSize === undefined ? {} : { inputSize: Number(options.inputSize) }),
            ...(normalisation && { normalisation }),
          });
          if (options.json) printJson({ ...backbone, assumed });
          else
            print(
              [`${backbone.title} is ready: --backbone ${backbone.name}`, ...assumed].join('\n'),
            );
        }),
      ),
    );
}

/** Starts the download and waits for its end. */
async function download(
  { studio, onMissed }: Session,
  name: string,
  json: boolean,
  signal: AbortSignal,
): Promise<Backbone> {
  const progress = createProgress({ json });
  const done = Promise.withResolvers<void>();
  done.promise.catch(() => {}); // until it is awaited below
  const find = async () => {
    const { backbones } = await studio.call('backbones.list', {});
    return backbones.find((backbone) => backbone.name === name);
  };
  const check = () =>
    void find().then((backbone) => {
      if (backbone?.ready) done.resolve();
    }, done.reject);

  const stopListening = [
    onMissed(check),
    studio.subscribe((event) => {
      if (event.name === 'backbones.changed') check();
      if (event.name !== 'backbone.progress' || event.data.name !== name) return;
      const { received, total, error } = event.data;
      if (error !== null) done.reject(new StudioError('refused', error));
      progress.show({
        what: `Fetching ${name}`,
        done: Math.round(received / 1e6),
        total: total === null ? null : Math.round(total / 1e6),
        unit: 'MB',
        secondsLeft: null,
      });
    }),
  ];
  const cancel = () => {
    void studio
      .call('backbones.cancelFetch', { name })
      .then(() => done.reject(new Interrupted()), done.reject);
  };
  try {
    await studio.call('backbones.fetch', { name });
    check(); // it may have been there already
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    await done.promise;
    return (await find())!;
  } catch (error) {
    throw signal.aborted ? new Interrupted() : error;
  } finally {
    progress.clear();
    for (const stop of stopListening) stop();
  }
}

function fetchCommand(group: Command): void {
  addCommonOptions(group.command('fetch <name>'))
    .description("download a network's weights from its makers")
    .action((name: string, options: CommonOptions) =>
      withStudio(options, (session) =>
        interruptible(async (signal) => {
          const backbone = await download(session, name, options.json, signal);
          if (options.json) printJson(backbone);
          else print(`${backbone.title} is ready: --backbone ${backbone.name}`);
        }),
      ),
    );
}

export function backbones(program: Command): void {
  const group = program.command('backbones').description('the networks to start from');
  list(group);
  add(group);
  fetchCommand(group);
}
