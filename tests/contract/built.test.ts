/** The programs that the desktop app starts beside itself, as they are built. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { programUrl } from '../../src-main/programs.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { noise } from '../helpers/pictures.ts';

it('answers from the built engine', async () => {
  const engine = fork(programUrl('engine', true), [], { serialization: 'advanced', execArgv: [] });
  engine.send({ id: 1, job: { kind: 'describe' } });
  const [answer] = await once(engine, 'message');
  engine.kill();
  expect(answer).toMatchObject({ id: 1, result: { runtimes: [{ name: 'onnxruntime' }] } });
});

it('makes thumbnails in the built inspector', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'picture.png');
  await noise(40, 30).png().toFile(path);
  const inspector = fork(programUrl('inspector', true), [], {
    serialization: 'advanced',
    execArgv: [],
  });
  inspector.send({ kind: 'inspect', path, thumbnails: folder });
  const [answer] = await once(inspector, 'message');
  inspector.kill();
  expect(answer).toMatchObject({ ok: true, result: { width: 40, height: 30 } });
});
