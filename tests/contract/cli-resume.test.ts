/** Training that is killed, as a person with a power switch kills it, and goes on. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cli, startCli } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { until } from '../helpers/until.ts';

it('goes on to the very same model after kill -9 of the whole studio', async () => {
  const folder = await temporaryFolder();
  const project = join(folder, 'project');
  const env = { GRAFT_HOME: join(folder, 'home') };
  await writeShapes(join(folder, 'shapes'), 10);
  const graft = async (...args: string[]) => {
    const done = await cli([...args, '--json'], { env });
    expect(done).toMatchObject({ code: 0 });
    return done.stdout;
  };
  await graft('init', project);
  await graft('import', project, join(folder, 'shapes'), '--labels', 'folders');
  const wanted = ['train', project, '--recipe', 'feature-extraction', '--batch', '2'];
  const asked = [...wanted, '--epochs', '40', '--patience', '40', '--json'];
  await graft(...asked.slice(0, -1));

  const killed = startCli(asked, { env });
  await until('it is in its fifth epoch', () => /"epoch":4,/.test(killed.stdout()));
  process.kill(-killed.child.pid!, 'SIGKILL');
  await killed.finished;

  const { runs } = JSON.parse(await graft('status', project));
  const { id, state, reason, checkpointEpoch } = runs.at(-1);
  expect({ id, state }).toEqual({ id: 2, state: 'failed' });
  expect(checkpointEpoch).toBeGreaterThanOrEqual(4);
  expect(reason).toBe(
    `Graft was closed while this run was training. It was interrupted after epoch ${checkpointEpoch}; Resume goes on from there.`,
  );
  const lines = (await graft('train', project, '--resume', '2')).trim().split('\n');
  const told = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'epoch');
  expect(told[0].epoch).toBe(checkpointEpoch + 1);
  const model = (run: number) => readFile(join(project, 'runs', String(run), 'model.onnx'));
  expect((await model(2)).equals(await model(1))).toBe(true);

  const mixed = await cli(['train', project, '--resume', '2', '--epochs', '3'], { env });
  expect(mixed).toMatchObject({ code: 2, stderr: expect.stringContaining('as it was set up') });
});
