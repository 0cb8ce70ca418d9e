/**
 * A process of `Inspectors`: decodes one picture after the other, so that a decoder that crashes takes
 * nothing else with it.
 */
import { flushCompileCache } from 'node:module';
import { constants, setPriority } from 'node:os';
import sharp from 'sharp';
import { assertNever, toErrorReply } from '../../src-shared/errors.ts';
import { inspect } from './inspect.ts';
import type { InspectorReply, InspectorTask, TaskResult } from './inspector-child.ts';
import { convert } from './picture.ts';
import { previewViews } from './preview-views.ts';

// Several pictures at once keep the cores busy; several threads per picture would only get in the way.
sharp.concurrency(1);

function perform(task: InspectorTask): Promise<TaskResult[InspectorTask['kind']]> {
  switch (task.kind) {
    case 'inspect':
      return inspect(task.path, task.thumbnails);
    case 'convert':
      return convert(task.path);
    case 'views':
      return previewViews(task);
    default:
      return assertNever(task);
  }
}

process.on('message', async (task) => {
  let reply: InspectorReply;
  try {
    reply = { ok: true, result: await perform(task as InspectorTask) };
  } catch (error) {
    reply = { ok: false, error: toErrorReply(error) };
  }
  process.send!(reply);
});
// The studio is gone, and nobody is left to decode for.
process.on('disconnect', () => process.exit());

// A terminal sends Ctrl+C to all its processes: what becomes of an import then is for the studio to say.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

// The screen comes first.
try {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // A sandbox may forbid it; decoding goes on without.
}

// Where what was compiled is kept (setup/process.mjs): now, for this process ends by being killed.
flushCompileCache();
