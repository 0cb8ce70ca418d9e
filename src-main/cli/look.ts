/** Waiting until the backbone has looked at all pictures, so that an answer is about all of them. */
import type { AssistState } from '../../src-shared/domain.ts';
import { StudioError } from '../../src-shared/errors.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';

/** @throws StudioError when it cannot go on: there is no backbone, or the engine failed */
export async function lookAtAll(
  { studio, onMissed }: Session,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => {}); // until it is awaited below
  const received = ({ state, done, total, secondsLeft, problem }: AssistState) => {
    const unit = 'pictures';
    if (state === 'looking') progress.show({ what: 'Looking', done, total, unit, secondsLeft });
    else if (problem !== null) ended.reject(new StudioError('unavailable', problem));
    else if (state === 'ready' || total === 0) ended.resolve();
  };
  const again = () => void studio.call('assist.state', {}).then(received, ended.reject);
  const stopListening = [
    studio.subscribe(({ name, data }) => {
      if (name === 'assist.progress') received(data);
    }),
    onMissed(again),
  ];
  const stop = () => ended.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    received(await studio.call('assist.prepare', {}));
    again(); // what was told in between
    await ended.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    for (const end of stopListening) end();
    progress.clear();
  }
}

/** Where pictures lie, by id. */
export async function pathsOf(
  { studio }: Session,
  ids: readonly number[],
): Promise<Map<number, string>> {
  const paths = new Map<number, string>();
  for (let from = 0; from < ids.length; from += 2000) {
    const { images } = await studio.call('images.get', { ids: ids.slice(from, from + 2000) });
    for (const { id, path } of images) paths.set(id, path);
  }
  return paths;
}

/** Names of the project's labels, by id. */
export async function labelNames({ studio }: Session): Promise<Map<number, string>> {
  const { project } = await studio.call('project.current', {});
  return new Map(project!.labels.map(({ id, name }) => [id, name]));
}
