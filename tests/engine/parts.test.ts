/** Of a part of a run only what it says of its test pictures is wanted. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { train } from '../../src-main/engine/jobs/train.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { shapesJob } from '../helpers/shapes-job.ts';

it('says the same of the test pictures as a whole run, and writes no model', async () => {
  const folder = await temporaryFolder();
  const job = await shapesJob(folder, 10, 'feature-extraction', { epochs: 3 });
  const context = { signal: new AbortController().signal, report: () => {} };
  const whole = await train({ ...job, runFolder: join(folder, 'whole') }, context);
  const runFolder = join(folder, 'whole', 'part-1');
  const part = await train({ ...job, runFolder, predictionsOnly: true }, context);
  expect(part.predictions).toEqual(whole.predictions);
  expect(await readdir(runFolder)).toEqual(['checkpoint.safetensors']);
  expect(await readdir(join(folder, 'whole'))).toContain('model.onnx');
});
