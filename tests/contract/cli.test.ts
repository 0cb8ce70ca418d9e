/** The command line as scripts use it: exit codes, JSON, one sentence on standard error. */
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStudio } from '../../src-main/studio/studio.ts';
import { openWebDoor } from '../../src-main/web/door.ts';
import type { Run } from '../../src-shared/domain.ts';
import { remoteStudio } from '../../src-shared/remote-studio.ts';
import { type CliOptions, cli, startCli } from '../helpers/cli.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { until } from '../helpers/until.ts';

let folder: string;
let project: string;
let options: CliOptions;
const oldHome = process.env.GRAFT_HOME;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-test-'));
  project = join(folder, 'project');
  process.env.GRAFT_HOME = join(folder, 'home');
  options = { cwd: folder };
  await writeShapes(join(folder, 'shapes'), 8);
  await writeFile(join(folder, 'shapes', 'broken.png'), 'no picture');
});

afterAll(async () => {
  if (oldHome === undefined) delete process.env.GRAFT_HOME;
  else process.env.GRAFT_HOME = oldHome;
  await rm(folder, { recursive: true, force: true });
});

const graft = (...args: string[]) => cli(args, options);

/** Runs a command that has to succeed, and reads its JSON. */
async function json(...args: string[]) {
  const { code, stdout, stderr } = await graft(...args, '--json');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

const oneSentence = /^[^\n]+\n$/;
const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

it('wrong usage is exit 2 and one sentence, help is no mistake', async () => {
  const { code, stdout, stderr } = await graft('train', 'x', '--epochs', '0');
  expect(stderr).toMatch(oneSentence);
  expect(stdout).toBe('');
  expect(code).toBe(2);
  expect((await graft('--help')).code).toBe(0);
});

describe('a project from the terminal', () => {
  it('is made once', async () => {
    expect(await json('init', 'project')).toMatchObject({ path: project, images: 0 });
    const again = await graft('init', 'project');
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(oneSentence);
    expect(again.stderr).toContain(`${project} is a project already.`);
  });

  it('is asked for where there is none', async () => {
    const { code, stderr } = await graft('status', 'shapes');
    expect(code).toBe(1);
    expect(stderr).toContain(`${join(folder, 'shapes')} is not a Graft project`);
  });

  it('takes pictures, and says what it did not take', async () => {
    const report = await json('import', 'project', 'shapes', '--labels', 'folders');
    expect(report).toEqual({
      imported: 24,
      duplicates: 0,
      rejected: [{ path: join(folder, 'shapes', 'broken.png'), reason: expect.any(String) }],
      labels: { circle: 8, square: 8, triangle: 8 },
    });
    const again = await graft('import', 'project', 'shapes');
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('0 pictures imported');
    expect(again.stderr).toContain('broken.png: ');
    expect((await graft('import', 'project', 'nowhere')).stderr).toContain(join(folder, 'nowhere'));
  });

  it('labels files, importing those that are new, and names what it cannot label', async () => {
    const own = join(folder, 'labelled');
    await writeShapes(join(folder, 'more'), 9);
    await json('init', 'labelled');
    await json('import', 'labelled', 'shapes/circle');
    const files = ['shapes/circle/circle 1.png', 'more/square/square 9.png'];
    expect(await json('label', 'labelled', ...files, '--as', 'newt')).toEqual({
      label: 'newt',
      made: true,
      labelled: 2,
      imported: 1,
      rejected: [],
    });
    const again = await graft('label', own, files[0]!, '--as', 'NEWT');
    expect(again.stdout).toBe('1 picture labelled newt.\n');
    const wrong = await graft('label', own, 'shapes/broken.png', '--as', 'newt');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain(join(folder, 'shapes', 'broken.png'));
    expect((await graft('label', own, files[0]!)).code).toBe(2);
  });

  it('tells how it stands', async () => {
    expect(await json('status', 'project')).toMatchObject({
      project: { path: project, images: 24, labelled: 24 },
      runs: [],
    });
    const { stdout } = await graft('status', 'project');
    expect(stdout).toContain('24 pictures, 24 labelled.');
    expect(stdout).toMatch(/^triangle +8$/m);
  });

  it('trains, one JSON object a line', async () => {
    const { code, stdout, stderr } = await graft(
      ...['train', 'project', '--recipe', 'feature-extraction', '--backbone', 'mobilenet_v2'],
      ...['--epochs', '3', '--seed', '7', '--json'],
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const kinds = lines.map(({ event }) => event);
    expect(kinds[0]).toBe('started');
    expect(kinds.filter((kind) => kind === 'features').length).toBeGreaterThan(0);
    expect(kinds.filter((kind) => kind === 'epoch')).toHaveLength(3);
    expect(kinds.at(-1)).toBe('finished');
    expect(lines.filter(({ event }) => event === 'epoch').map(({ epoch }) => epoch)).toEqual([
      1, 2, 3,
    ]);
    expect(lines.at(-1).run).toMatchObject({
      recipe: 'feature-extraction',
      backbone: 'mobilenet_v2',
      state: 'finished',
      settings: { epochs: 3, seed: 7 },
      epochs: 3,
      test: { accuracy: expect.any(Number), low: expect.any(Number), high: expect.any(Number) },
    });
  });

  it('compares, and trains only what is missing', async () => {
    const args = ['compare', 'project', '--backbones', 'mobilenet_v2', '--epochs', '3'];
    const both = await json(...args, '--seed', '7', '--blocks', '1');
    expect(both.runs).toHaveLength(2);
    for (const run of both.runs) {
      expect(Object.keys(run).sort()).toEqual(
        [
          ...['backbone', 'crossValidation', 'epochs', 'foldMean', 'id', 'layers', 'notes'],
          ...['recipe', 'seconds', 'seedMean', 'test', 'validation'],
        ].sort(),
      );
      expect(Object.keys(run.test).sort()).toEqual(
        ['accuracy', 'count', 'high', 'low', 'macroF1'].sort(),
      );
      expect(Object.keys(run.validation)).toEqual(['accuracy']);
    }
    expect(both.pairs).toEqual([
      {
        a: both.runs[0].id,
        b: both.runs[1].id,
        pooled: false,
        count: expect.any(Number),
        pValue: expect.any(Number),
        verdict: expect.any(String),
      },
    ]);
    const again = await json(...args, '--seed', '7', '--blocks', '1');
    expect(again).toEqual(both);
    const { stdout } = await graft(...args, '--seed', '7', '--blocks', '1');
    expect(stdout).toMatch(
      /^Run +Network +Recipe +Trained +Epochs +Seconds +Validation +Test +95 % interval +Macro F1$/m,
    );
    expect(stdout).toContain('Fine-tune top');
  });

  it('cross-validates, and says which fold begins', async () => {
    const wanted = ['--recipe', 'feature-extraction', '--backbone', 'mobilenet_v2'];
    const asked = [
      'train',
      'project',
      ...wanted,
      '--epochs',
      '2',
      '--folds',
      '3',
      '--repeats',
      '2',
    ];
    const { code, stdout } = await graft(...asked, '--json');
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === 'part' || event === 'epoch' || event === 'finished');
    expect(
      lines.map(({ kind, number, of, epoch, event }) =>
        event === 'part' ? `${kind} ${number} of ${of}` : (epoch ?? event),
      ),
    ).toEqual([
      ...['fold 1 of 3', 1, 2, 'fold 2 of 3', 1, 2, 'fold 3 of 3', 1, 2],
      ...['seed 2 of 2', 1, 2, 'model 1 of 1', 1, 2, 'finished'],
    ]);
    expect(lines.at(-1).run).toMatchObject({
      crossValidation: { count: 24 },
      foldMean: { values: [expect.any(Number), expect.any(Number), expect.any(Number)] },
      seedMean: { values: [expect.any(Number), expect.any(Number)] },
      partsDone: 4,
    });
    const two = await graft('train', 'project', '--folds', '2');
    expect(two).toMatchObject({ code: 2, stderr: expect.stringContaining('fewer than three') });
  });

  it('predicts, with paths as they were written', async () => {
    const files = ['shapes/circle/circle 1.png', join(folder, 'shapes', 'square', 'square 2.png')];
    const answer = await json('predict', 'project', '1', ...files);
    expect(answer.map(({ path }: { path: string }) => path)).toEqual(files);
    for (const { label, probability, top } of answer) {
      expect(['circle', 'square', 'triangle']).toContain(label);
      expect(top[0]).toEqual({ label, probability });
      expect(top).toHaveLength(3);
    }
    const broken = await graft('predict', 'project', '1', files[0]!, 'shapes/broken.png');
    expect(broken.code).toBe(1);
    expect(broken.stdout).toContain('circle 1.png');
    expect(broken.stderr).toContain('shapes/broken.png: ');
  });

  it('exports a model that plain ONNX Runtime loads', async () => {
    const out = join(folder, 'model.onnx');
    const written = await json('export', 'project', '1', '--format', 'onnx', '--out', 'model.onnx');
    expect(written).toEqual({ path: out, bytes: (await readFile(out)).length });
    const session = await InferenceSession.create(out);
    expect(session.outputNames.length).toBeGreaterThan(0);
    expect((await graft('export', 'project', '99', '--out', 'x.onnx')).code).toBe(1);
  });

  it('stops training at Ctrl+C, and the project is whole', async () => {
    const running = startCli(
      [
        ...['train', 'project', '--recipe', 'fine-tune-top', '--backbone', 'mobilenet_v2'],
        ...['--epochs', '1000', '--patience', '1000', '--json'],
      ],
      options,
    );
    await until('an epoch is there', () => running.stdout().includes('"event":"epoch"'), 60_000);
    running.interrupt();
    running.child.kill('SIGINT'); // npm passes its own on
    const { code, stdout } = await running.finished;
    expect(code).toBe(130);
    expect(stdout).toContain('"event":"cancelled"');
    const { runs } = await json('status', 'project');
    expect(runs.at(-1)).toMatchObject({ state: 'cancelled' });
    expect(runs.filter(({ state }: Run) => state === 'running' || state === 'queued')).toEqual([]);
  });
});

describe('a studio that runs already', () => {
  it('is used by the commands on its project, and left running', async () => {
    const studio = createStudio();
    await studio.call('project.open', { path: project });
    const door = await openWebDoor(studio, { rendererDir: null });
    try {
      const label = await studio.call('labels.create', { name: 'star' });
      const { project: told } = await json('status', 'project');
      expect(told.labels.map(({ id }: { id: number }) => id)).toContain(label.id);
      expect((await studio.call('project.current', {})).project?.path).toBe(project);
    } finally {
      await door.close();
    }
    // Without a way to reach it, the project is simply locked.
    const locked = await graft('status', 'project');
    expect(locked.code).toBe(1);
    expect(locked.stderr).toContain('is open in another Graft');
    await studio.close();
  });

  it('that has crashed is not waited for', async () => {
    const beacon = join(project, 'studio.json');
    const gone = { url: 'http://127.0.0.1:9/?token=x', token: 'x', pid: 1 };
    await writeFile(beacon, JSON.stringify(gone));
    expect(await json('status', 'project')).toMatchObject({ project: { path: project } });
    await rm(beacon);
  });

  it('elsewhere takes uploads, and gives models', async () => {
    const studio = createStudio();
    const door = await openWebDoor(studio, { rendererDir: null });
    const there = join(folder, 'there');
    try {
      await json('init', there, '--connect', door.url);
      const report = await json(
        ...['import', '.', 'shapes', '--labels', 'folders', '--connect', door.url],
      );
      expect(report).toMatchObject({
        imported: 24,
        labels: { circle: 8, square: 8, triangle: 8 },
      });
      expect(report.rejected).toHaveLength(1);
      const { images } = await studio.call('images.get', {
        ids: (await studio.call('images.query', { filter: {}, sort: 'name' })).ids,
      });
      expect(images.every(({ path }) => path.startsWith(join(there, 'images')))).toBe(true);

      const other = await graft('status', project, '--connect', door.url);
      expect(other.code).toBe(1);
      expect(other.stderr).toContain(`has ${there} open`);
      expect(other.stderr).toMatch(oneSentence);

      await studio.call('project.close', {});
      expect((await json('status', project, '--connect', door.url)).project.path).toBe(project);
      const [answer] = await json(
        ...['predict', '.', '1', 'shapes/circle/circle 1.png', '--connect', door.url],
      );
      expect(answer.path).toBe('shapes/circle/circle 1.png');
      await json('export', '.', '1', '--out', 'there.onnx', '--connect', door.url);
      const [here, home] = [join(folder, 'there.onnx'), join(folder, 'model.onnx')];
      expect((await readFile(here)).equals(await readFile(home))).toBe(true);
    } finally {
      await door.close();
      await studio.close();
    }
  });

  it('that refuses the token says so', async () => {
    const studio = createStudio();
    const door = await openWebDoor(studio, { rendererDir: null });
    const wrong = `http://127.0.0.1:${door.port}/?token=wrong`;
    const { code, stderr } = await graft('doctor', '--connect', wrong);
    expect(code).toBe(1);
    expect(stderr).toContain('does not accept this token');
    await door.close();
    await studio.close();
  });
});

describe('serve', () => {
  it('opens the project for the browser until Ctrl+C', async () => {
    const running = startCli(['serve', 'project', '--no-open', '--json', '--port', '0'], options);
    await until('the address is printed', () => running.stdout().includes('\n'));
    const { url } = JSON.parse(running.stdout());
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
    expect((await fetch(new URL('/hello', url))).status).toBe(401);
    const token = new URL(url).searchParams.get('token');
    const hello = await fetch(new URL('/hello', url), {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(hello.status).toBe(200);
    expect(await isThere(join(project, 'studio.json'))).toBe(true);

    // A second one shows the first.
    expect(await json('serve', 'project', '--no-open')).toEqual({ url, project });

    running.interrupt();
    expect((await running.finished).code).toBe(0);
    expect(await isThere(join(project, 'studio.json'))).toBe(false);
  });

  it('keeps the queue over Ctrl+C: a run that was being trained waits for the next start', async () => {
    const running = startCli(['serve', 'project', '--no-open', '--json', '--port', '0'], {
      ...options,
      env: { GRAFT_TOKEN: 'a-token-of-my-own' },
    });
    await until('the address is printed', () => running.stdout().includes('\n'));
    const { url } = JSON.parse(running.stdout());
    expect(url).toMatch(/\?token=a-token-of-my-own$/);
    expect(await json('serve', '--no-open', '--connect', url)).toEqual({ url, project: null });
    const remote = remoteStudio(url);
    const settings = { epochs: 1000, patience: 1000 };
    const { runs } = await remote.call('runs.start', {
      runs: [{ recipe: 'fine-tune-top', backbone: 'mobilenet_v2', settings }],
    });
    const id = runs[0]!.id;
    await until('an epoch is there', async () => {
      return (await remote.call('runs.epochs', { id })).epochs.length > 0;
    });
    await remote.close();
    running.interrupt();
    expect((await running.finished).code).toBe(0);

    const studio = createStudio();
    await studio.call('project.open', { path: project });
    const { runs: now } = await studio.call('runs.list', {});
    expect(['queued', 'running']).toContain(now.find((run) => run.id === id)?.state);
    await studio.call('runs.delete', { id });
    await studio.close();
  });

  it('refuses what is no project, and a port that is taken', async () => {
    const { code, stderr } = await graft('serve', 'shapes', '--no-open');
    expect(code).toBe(1);
    expect(stderr).toContain('is not a Graft project');
    const studio = createStudio();
    const door = await openWebDoor(studio, { rendererDir: null });
    const taken = await graft('serve', '--no-open', '--port', String(door.port));
    expect(taken.code).toBe(1);
    expect(taken.stderr).toContain(`cannot listen on port ${door.port}`);
    await door.close();
    await studio.close();
  });
});

it('the doctor tells versions, runtimes and devices', async () => {
  expect(await json('doctor')).toMatchObject({
    versions: expect.any(Object),
    runtimes: [{ name: expect.any(String), devices: expect.any(Array) }],
  });
});

it('tells of TensorFlow what can be installed, without installing it', async () => {
  const env = { GRAFT_TENSORFLOW: join(folder, 'tensorflow') };
  const { stdout } = await cli(['tensorflow', '--json'], { env });
  const state = JSON.parse(stdout);
  expect(state).toMatchObject({ installed: null, found: null, installing: null });
  // Of one of the two there is always something to tell.
  expect(state.offers.length > 0).toBe(state.unavailable === null);
  const both = await cli(['tensorflow', 'install', '--cpu', '--gpu'], { env });
  expect(both.code).toBe(2);
});

it('the backbones are listed with the best one', async () => {
  const { backbones, best } = await json('backbones', 'list');
  expect(backbones.map(({ name }: { name: string }) => name).sort()).toEqual([
    'efficientnet_lite0',
    'mobilenet_v2',
    'resnet18',
    'vgg16',
    'vgg16_conv',
  ]);
  expect(backbones.find(({ name }: { name: string }) => name === best)?.ready).toBe(true);
});
