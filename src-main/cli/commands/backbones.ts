import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Backbone } from '../../../src-shared/domain.ts';
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

function add(group: Command): void {
  addCommonOptions(group.command('add <file>'))
    .description('take the weights from a .pth or .safetensors file')
    .option('--as <name>', 'which network they are for, where the file does not tell')
    .action((file: string, options: CommonOptions & { as?: string }) =>
      withStudio(options, (session) =>
        interruptible(async (signal) => {
          const progress = createProgress(options);
          const path = resolve(file);
          const [uploaded] = session.local
            ? [{ there: path }]
            : await uploadFiles(session, [path], 'backbone', progress, signal);
          progress.clear();
          const backbone = await session.studio.call('backbones.add', {
            file: uploaded!.there,
            ...(options.as === undefined ? {} : { as: options.as }),
          });
          if (options.json) printJson(backbone);
          else print(`${backbone.title} is ready: --backbone ${backbone.name}`);
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
