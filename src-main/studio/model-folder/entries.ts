/** What lies in the folder of an exported model. */
import { type Run, splitName } from '../../../src-shared/domain.ts';
import { StudioError } from '../../../src-shared/errors.ts';
import { judgedByFolds } from '../../../src-shared/verdict.ts';
import { version } from '../../programs.ts';
import type { OpenProject } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import type { Entry } from '../out-tree.ts';
import { modelCard } from './card.ts';
import { predictPy } from './python.ts';

type Sources = Pick<Handlers, 'backbones.list' | 'runs.predictions'>;

/**
 * model.onnx (and model.fast.onnx after a fast run), labels.txt (a line for each output), README.md (the model
 * card) and predict.py.
 *
 * @param models absolute paths, by the names that they get
 */
export async function modelEntries(
  { store, path }: OpenProject,
  run: Run,
  models: Readonly<Record<string, string>>,
  sources: Sources,
): Promise<readonly Entry[]> {
  const { backbones } = await sources['backbones.list']({});
  const network = backbones.find(({ name }) => name === run.backbone);
  if (!network)
    throw new StudioError(
      'refused',
      `The network ${run.backbone} that run ${run.id} began with is not here any more, so the model's card cannot be written: add it again, or export the .onnx file alone.`,
    );
  const said = async (of: 'test' | 'validation' | 'folds') =>
    (await sources['runs.predictions']({ id: run.id, of })).predictions;
  const test = await said('test');
  const card = modelCard({
    ...{ run, network, test, version },
    project: path.split(/[\\/]/).at(-1)!,
    validation: await said('validation'),
    judged: judgedByFolds(run) ? await said('folds') : test,
    dealt: dealt(store.datasets.of(run.id), run),
    fast: 'model.fast.onnx' in models,
  });
  const names = run.classes.map(({ name }) => `${name.replaceAll(/[\r\n]+/g, ' ')}\n`);
  return [
    ...Object.entries(models).map(([to, file]) => ({ to, content: { file } })),
    { to: 'labels.txt', content: { text: names.join('') } },
    { to: 'README.md', content: { text: card } },
    { to: 'predict.py', content: { text: predictPy(network.inputSize) } },
  ];
}

function dealt(
  images: ReturnType<OpenProject['store']['datasets']['of']>,
  { classes }: Run,
): readonly (readonly number[])[] | null {
  if (images.length === 0) return null;
  return classes.map((_, c) =>
    splitName.options.map(
      (set) => images.filter(({ label, split }) => label === c && split === set).length,
    ),
  );
}
