/**
 * One script of calls through every door that is a Studio: each door has to give the same answers, and
 * every answer and every event has to be what the contract says. (The command line has tests of its own.)
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStudio } from '../../src-main/studio/studio.ts';
import { openWebDoor } from '../../src-main/web/door.ts';
import {
  type CallInput,
  type CallName,
  type CallOutput,
  calls,
  events as eventSchemas,
  type Studio,
  type StudioEvent,
} from '../../src-shared/contract.ts';
import { StudioError } from '../../src-shared/errors.ts';
import { remoteStudio } from '../../src-shared/remote-studio.ts';
import { openWindow, studioOfPage } from '../helpers/electron-window.ts';
import { writeShapes } from '../helpers/shapes.ts';
import { until } from '../helpers/until.ts';
import { bringElectron } from '../setup/electron.ts';

let folder: string;
const oldHome = process.env.GRAFT_HOME;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-test-'));
  process.env.GRAFT_HOME = join(folder, 'home');
  await writeShapes(join(folder, 'shapes'), 8);
  await writeFile(join(folder, 'shapes', 'broken.png'), 'no picture');
});

afterAll(async () => {
  if (oldHome === undefined) delete process.env.GRAFT_HOME;
  else process.env.GRAFT_HOME = oldHome;
  await rm(folder, { recursive: true, force: true });
});

interface Door {
  readonly studio: Studio;
  close(): Promise<void>;
}

const electron = bringElectron();
if (electron.kind === 'none') {
  console.warn(`\n!!! THE SCRIPT DID NOT RUN THROUGH THE DESKTOP DOOR: ${electron.why}.\n`);
}

async function throughWindow(program: Exclude<typeof electron, { kind: 'none' }>): Promise<Door> {
  const studio = createStudio();
  const door = await openWebDoor(studio, { rendererDir: null });
  const window = await openWindow(program, door.url, folder);
  const page = await studioOfPage(window.page);
  return {
    studio: page,
    async close() {
      await page.close();
      await window.close();
      await door.close();
      await studio.close();
    },
  };
}

const doors: Readonly<Record<string, () => Promise<Door>>> = {
  'in this process': async () => {
    const studio = createStudio();
    return { studio, close: () => studio.close() };
  },
  'over a WebSocket': async () => {
    const studio = createStudio();
    const door = await openWebDoor(studio, { rendererDir: null });
    const remote = remoteStudio(door.url);
    return {
      studio: remote,
      async close() {
        await remote.close();
        await door.close();
        await studio.close();
      },
    };
  },
  ...(electron.kind === 'none' ? {} : { 'in a window': () => throughWindow(electron) }),
};

/** What differs from one time to the next and from door to door is not part of an answer's sense. */
function comparable(value: unknown, project: string): unknown {
  const text = JSON.stringify(value, (key, part) =>
    ['importId', 'createdAt', 'startedAt', 'finishedAt', 'seconds', 'importedAt', 'at'].includes(
      key,
    )
      ? `<${key}>`
      : part,
  );
  return JSON.parse(text.replaceAll(project, '<project>'));
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StudioError);
  const { code, message } = error as StudioError;
  expect(message, 'one sentence for a person').toMatch(/^.+[.]$/);
  return `${code}: ${message}`;
}

async function script(studio: Studio, project: string): Promise<unknown[]> {
  const transcript: unknown[] = [];
  const events: StudioEvent[] = [];
  const stop = studio.subscribe((event) => {
    // Exactly the contract's fields: parsing takes away what is not in the schema.
    expect(eventSchemas[event.name].parse(event.data)).toEqual(event.data);
    events.push(event);
  });
  const seen = (name: StudioEvent['name']) => events.filter((event) => event.name === name).length;

  async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    const output = await studio.call(name, input);
    expect(calls[name].output.parse(output), name).toEqual(output);
    transcript.push(comparable({ name, output }, project));
    return output;
  }
  async function refused(name: string, input: unknown) {
    const words = await refusal(studio.call(name as CallName, input as never));
    transcript.push(comparable({ name, refused: words }, project));
    return words;
  }

  // Without a project.
  expect((await studio.call('project.current', {})).project).toBeNull();
  expect(await refused('images.query', { filter: {}, sort: 'name' })).toBe(
    'refused: Open or create a project first.',
  );
  expect(await refused('nope', {})).toMatch(/^unknown-call: .*nope/);
  expect(await refused('toString', {})).toMatch(/^unknown-call: .*toString/);
  expect(await refused('project.open', {})).toMatch(/^invalid-input: .*path/);
  expect(await refused('project.open', { path: project, extra: 1 })).toMatch(
    /^invalid-input: .*extra/,
  );

  // A project, and pictures in it.
  await call('project.create', { path: project });
  await until('the project is told', () => seen('project.changed') > 0);
  const { importId } = await studio.call('images.import', {
    sources: [join(folder, 'shapes')],
    labels: 'folders',
  });
  await until('the import is over', () => seen('import.finished') > 0);
  const finished = events.find(({ name }) => name === 'import.finished')!.data;
  expect(finished).toMatchObject({
    importId,
    report: { imported: 24, duplicates: 0, labels: { circle: 8, square: 8, triangle: 8 } },
    error: null,
  });
  transcript.push(comparable(finished, project));
  const { ids } = await call('images.query', { filter: {}, sort: 'name' });
  expect(ids).toHaveLength(24);
  await call('images.get', { ids: ids.slice(0, 3) });

  // Labels, and back again.
  const { project: current } = await studio.call('project.current', {});
  const circle = current!.labels.find(({ name }) => name === 'circle')!;
  const square = current!.labels.find(({ name }) => name === 'square')!;
  const wrong = (await call('images.query', { filter: { label: circle.id }, sort: 'name' })).ids;
  await call('labels.assign', { imageIds: wrong.slice(0, 2), labelId: square.id });
  await until('the labels are told', () => seen('labels.assigned') > 0);
  expect((await call('images.query', { filter: { label: circle.id }, sort: 'name' })).ids).toEqual(
    wrong.slice(2),
  );
  await call('labels.undo', {});
  await call('labels.redo', {});
  await call('labels.undo', {});
  expect((await call('images.query', { filter: { label: circle.id }, sort: 'name' })).ids).toEqual(
    wrong,
  );
  await call('images.history', { id: wrong[0]! });
  await call('labels.create', { name: 'star' });
  await refused('labels.create', { name: 'STAR' });
  await refused('labels.assign', { imageIds: [999_999], labelId: square.id });
  await refused('labels.assign', { imageIds: [], labelId: square.id });
  await call('labels.export', { out: `${project}.csv` });
  expect((await readFile(`${project}.csv`, 'utf8')).trim().split(/\r?\n/)).toHaveLength(25);

  // Bytes.
  const thumbnail = await studio.media('thumbnail', ids[0]!);
  expect(thumbnail.type).toBe('image/jpeg');
  expect(Buffer.from(thumbnail.bytes).toString('hex', 0, 3)).toBe('ffd8ff');
  const picture = await studio.media('picture', ids[0]!);
  const [image] = (await studio.call('images.get', { ids: [ids[0]!] })).images;
  expect(Buffer.from(picture.bytes).equals(await readFile(image!.path))).toBe(true);
  transcript.push({ type: picture.type, fileName: picture.fileName, bytes: picture.bytes.length });
  transcript.push(await refusal(studio.media('thumbnail', 999_999)));

  // A training, small but real.
  await call('backbones.list', {});
  await refused('runs.start', { runs: [{ recipe: 'feature-extraction', backbone: 'nope' }] });
  const { runs } = await studio.call('runs.start', {
    runs: [
      { recipe: 'feature-extraction', backbone: 'mobilenet_v2', settings: { epochs: 5, seed: 3 } },
      { recipe: 'fine-tune-top', backbone: 'mobilenet_v2', settings: { epochs: 2, blocks: 1 } },
    ],
  });
  const ended = async () => {
    const { runs: now } = await studio.call('runs.list', {});
    return now.every(({ state }) => state !== 'queued' && state !== 'running');
  };
  await until('the training is over', ended, 100_000);
  const runIds = runs.map(({ id }) => id);
  for (const id of runIds) {
    const { epochs } = await studio.call('runs.epochs', { id });
    const streamed = events.flatMap((event) =>
      event.name === 'run.epoch' && event.data.id === id ? [event.data.epoch] : [],
    );
    expect(streamed).toEqual(epochs);
    transcript.push(epochs.map(({ trainLoss, validationLoss }) => [trainLoss, validationLoss]));
  }
  const comparison = await call('runs.compare', { ids: runIds });
  expect(comparison.runs.map(({ state }) => state)).toEqual(['finished', 'finished']);
  expect(comparison.pairs).toHaveLength(1);
  await call('runs.predictions', { id: runIds[0]! });
  const model = await studio.media('model', runIds[0]!);
  const written = await call('runs.export', {
    id: runIds[0]!,
    format: 'onnx',
    out: `${project}.onnx`,
  });
  expect(written.bytes).toBe(model.bytes.length);
  const answer = await call('predict', {
    run: runIds[0]!,
    files: [image!.path, join(folder, 'shapes', 'broken.png')],
  });
  expect(answer.predictions).toHaveLength(1);
  expect(answer.rejected).toHaveLength(1);

  await call('project.close', {});
  stop();
  return transcript;
}

describe('the same script', () => {
  const transcripts = new Map<string, unknown[]>();

  it.each(Object.keys(doors))('runs %s', async (name) => {
    const { studio, close } = await doors[name]!();
    const project = join(folder, name.replaceAll(' ', '-'), 'project');
    await mkdir(join(project, '..'), { recursive: true });
    try {
      transcripts.set(name, await script(studio, project));
    } finally {
      await close();
    }
  });

  it('gives the same answers through every door', () => {
    const [first, ...others] = transcripts.values();
    expect(others).toHaveLength(Object.keys(doors).length - 1);
    for (const other of others) expect(other).toEqual(first);
  });
});
