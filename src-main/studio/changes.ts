/** What lies between two runs: which pictures one has right and the other wrong, and what they were taught. */
import type { Run, RunChanges } from '../../src-shared/domain.ts';
import type { DatasetFile } from '../store/datasets.ts';
import { argmax } from '../store/predictions.ts';
import type { Context, OpenProject } from './context.ts';
import type { Handlers } from './handlers.ts';
import { finishedRun } from './runs.ts';

export function changesCalls(context: Context): Pick<Handlers, 'runs.changes'> {
  return {
    'runs.changes': ({ before, after }) => {
      const project = context.project();
      const [a, b] = [finishedRun(project, before), finishedRun(project, after)];
      return { ...answersChanged(project, a, b), edits: edits(project, a, b) };
    },
  };
}

/** On the test images of both, as far as they had the same label then. Labels by the names they had. */
function answersChanged(
  { store }: OpenProject,
  a: Run,
  b: Run,
): Pick<RunChanges, 'common' | 'fixed' | 'broken'> {
  const later = new Map(
    store.predictions.list(b.id, 'test').map((prediction) => [prediction.imageId, prediction]),
  );
  const fixed: RunChanges['fixed'] = [];
  const broken: RunChanges['broken'] = [];
  let common = 0;
  for (const { imageId, actual, probabilities } of store.predictions.list(a.id, 'test')) {
    const other = later.get(imageId);
    const label = a.classes[actual]!;
    if (!other || b.classes[other.actual]!.labelId !== label.labelId) continue;
    common += 1;
    const [said, saidLater] = [argmax(probabilities), argmax(other.probabilities)];
    const change = {
      imageId,
      label: b.classes[other.actual]!.name,
      before: a.classes[said]!.name,
      after: b.classes[saidLater]!.name,
    };
    if (said !== actual && saidLater === other.actual) fixed.push(change);
    if (said === actual && saidLater !== other.actual) broken.push(change);
  }
  return { common, fixed, broken };
}

function edits({ store }: OpenProject, a: Run, b: Run): RunChanges['edits'] {
  const [before, after] = [store.datasets.of(a.id), store.datasets.of(b.id)];
  if (before.length === 0 || after.length === 0) return null;
  const byImage = (files: readonly DatasetFile[]) =>
    new Map(files.map((file) => [file.imageId, file]));
  const [was, is] = [byImage(before), byImage(after)];
  const ids = [...new Set([...was.keys(), ...is.keys()])].toSorted((x, y) => x - y);
  return ids.flatMap((imageId) => {
    const [old, now] = [was.get(imageId), is.get(imageId)];
    const from = old && a.classes[old.label]!;
    const to = now && b.classes[now.label]!;
    if (from?.labelId === to?.labelId) return [];
    const { split } = (now ?? old)!;
    return [{ imageId, before: from?.name ?? null, after: to?.name ?? null, split }];
  });
}
