import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { isAlive } from '../../src-main/is-alive.ts';
import type { Studio } from '../../src-shared/contract.ts';
import { zip } from '../helpers/archives.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import {
  brokenPip,
  endlessPip,
  onlyPrograms as pathOf,
  pipOf,
  shimmedPip,
} from '../helpers/programs.ts';
import { nextEvent, studioWithProject } from '../helpers/studio.ts';
import { until } from '../helpers/until.ts';

beforeEach(() => {
  vi.stubEnv('GRAFT_TENSORFLOW', ''); // a real one of the person who runs the tests
  return () => vi.unstubAllEnvs();
});

const onlyPrograms = async (scripts: Readonly<Record<string, string>>) =>
  void vi.stubEnv('PATH', await pathOf(scripts));

const fine = 'process.exit(0);';
const noPip = "if (process.argv[2] === '-m') process.exit(1);";
async function studioHere() {
  const { studio } = await studioWithProject();
  return { studio, place: join(process.env.GRAFT_HOME!, 'tensorflow') };
}

/** Not one that has ended and that nobody has asked for its exit status yet: nobody may ever. */
async function isRunning(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return isAlive(pid) && !/\) [ZX] /.test(state);
}

/** What it ends in: the reason why it failed, or null. */
async function install(studio: Studio, input: { build?: 'cpu' | 'gpu'; from?: string } = {}) {
  const ended = nextEvent(studio, 'tensorflow.changed');
  await studio.call('tensorflow.install', { build: 'cpu', ...input });
  await ended;
  return (await studio.call('tensorflow.state', {})).failure;
}

/** The beginning of an ELF file of this processor, or of another one. */
function elf(machine = process.arch === 'arm64' ? 183 : 62): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(64);
  bytes.write('\x7fELF', 'latin1');
  bytes.writeUInt16LE(machine, 18);
  return bytes;
}

const member = (name: string, bytes = Buffer.from('x')) => ({ name, bytes });
const headers = ['c/c_api.h', 'c/eager/c_api.h'].map((name) =>
  member(`tensorflow/include/tensorflow/${name}`),
);
const libraries = (bytes: Buffer<ArrayBuffer>) =>
  ['cc', 'framework'].map((part) => member(`tensorflow/libtensorflow_${part}.so.2`, bytes));

async function wheel(members: Parameters<typeof zip>[0]): Promise<string> {
  const path = join(await temporaryFolder(), 'tensorflow-9-cp312-cp312-linux.whl');
  await writeFile(path, zip(members));
  return path;
}

// The fakes name their interpreter, and what they stand for is Linux's.
describe.skipIf(process.platform !== 'linux')('installing TensorFlow', () => {
  it.each([
    ['pip', { python3: noPip, 'g++': fine, make: fine }, 'Python 3 with pip'],
    ['a compiler and make', { python3: fine }, 'a C++ compiler and make'],
    ['all of it', {}, 'Python 3 with pip, a C++ compiler and make'],
  ])('names what is missing before anything is downloaded: %s', async (_, programs, words) => {
    const { studio, place } = await studioHere();
    await onlyPrograms(programs);
    await expect(studio.call('tensorflow.install', { build: 'cpu' })).rejects.toThrow(
      `needs what is not here: ${words}.`,
    );
    expect(existsSync(join(place, 'downloads'))).toBe(false);
    expect(await studio.call('tensorflow.state', {})).toMatchObject({
      installed: null,
      installing: null,
    });
  });

  it('needs no pip for a file of one’s own', async () => {
    const { studio } = await studioHere();
    await onlyPrograms({ python3: noPip, 'g++': fine, make: fine });
    expect(await install(studio, { from: await wheel([member('a.py')]) })).toContain(
      'holds no library of TensorFlow',
    );
  });

  it('refuses a download whose hash is not the one that is known, and keeps nothing of it', async () => {
    const { studio, place } = await studioHere();
    await onlyPrograms({ python3: pipOf('something else'), 'g++': fine, make: fine });
    expect(await install(studio)).toMatch(/PyPI's tensorflow.*is not what it should be/);
    expect(await readdir(place)).toEqual(['downloads']);
    expect(await readdir(join(place, 'downloads'))).toEqual([]);
  });

  it('stops when it is told to, leaves nothing half there and begins anew', async () => {
    const { studio, place } = await studioHere();
    await onlyPrograms({ python3: endlessPip, 'g++': fine, make: fine });
    const grows = nextEvent(studio, 'tensorflow.progress', ({ done }) => done === 5e6);
    const ended = nextEvent(studio, 'tensorflow.changed');
    await studio.call('tensorflow.install', { build: 'cpu' });
    await grows;
    await expect(studio.call('tensorflow.install', {})).rejects.toThrow('already');
    await studio.call('tensorflow.cancel', {});
    await ended;
    expect(await studio.call('tensorflow.state', {})).toMatchObject({
      ...{ installed: null, installing: null, failure: null },
    });
    expect(await readdir(place)).toEqual(['downloads']);
    await onlyPrograms({ python3: pipOf('again'), 'g++': fine, make: fine });
    expect(await install(studio)).toContain('is not what it should be');
  });

  it('ends pip behind the shim that started it', async () => {
    const { studio } = await studioHere();
    const file = join(await temporaryFolder(), 'pid');
    await onlyPrograms({ python3: shimmedPip(file), 'g++': fine, make: fine });
    const ended = nextEvent(studio, 'tensorflow.changed');
    await studio.call('tensorflow.install', { build: 'cpu' });
    const pid = await until('pip runs', async () =>
      Number(await readFile(file, 'utf8').catch(() => '')),
    );
    expect(await isRunning(pid)).toBe(true);
    await studio.call('tensorflow.cancel', {});
    await ended;
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('begins a file whose connection broke anew, and says so', async () => {
    const { studio, place } = await studioHere();
    await onlyPrograms({ python3: brokenPip('at last'), 'g++': fine, make: fine });
    expect(await install(studio)).toContain('is not what it should be');
    const { log } = await studio.call('tensorflow.state', {});
    expect(log.join('\n')).toMatch(/Read timed out\. Trying again/);
    expect(await readdir(join(place, 'downloads'))).toEqual([]);
  });

  it('goes on after a kill: its lock and its leavings count for nothing', async () => {
    const { studio, place } = await studioHere();
    await onlyPrograms({ python3: pipOf('x'), 'g++': fine, make: fine });
    await mkdir(join(place, 'new-1', 'deps'), { recursive: true });
    await mkdir(join(place, 'downloads', 'part'), { recursive: true });
    await writeFile(join(place, 'downloads', 'part', 'half.whl'), 'half');
    await writeFile(join(place, 'installing.lock'), '999999999');
    expect(await install(studio)).toContain('is not what it should be');
    expect(await readdir(place)).toEqual(['downloads']);
    expect(await readdir(join(place, 'downloads'))).toEqual([]);
  });

  it('waits for no other Graft that installs it just now, and says so', async () => {
    const { studio, place } = await studioHere();
    await onlyPrograms({ python3: pipOf('x'), 'g++': fine, make: fine });
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'installing.lock'), String(process.ppid));
    expect(await install(studio)).toContain(`another Graft (process ${process.ppid})`);
    await expect(studio.call('tensorflow.remove', {})).rejects.toThrow('another Graft');
  });

  it.each([
    ['no TensorFlow', () => wheel([member('other/a.py')]), 'holds no library of TensorFlow'],
    [
      'one for macOS',
      () =>
        wheel(
          ['cc', 'framework'].map((part) => member(`tensorflow/libtensorflow_${part}.2.dylib`)),
        ),
      'is for macOS',
    ],
    [
      'one for another processor',
      () => wheel([...libraries(elf(40)), ...headers]),
      'another processor',
    ],
    ['no headers', () => wheel(libraries(elf())), 'holds no C headers'],
    [
      'half a wheel',
      async () => {
        const path = await wheel(libraries(elf()));
        const bytes = await readFile(path);
        await writeFile(path, bytes.subarray(0, bytes.length / 2));
        return path;
      },
      'no whole wheel',
    ],
  ])('refuses a wheel with %s', async (_, make, words) => {
    const { studio, place } = await studioHere();
    await onlyPrograms({ python3: fine, 'g++': fine, make: fine });
    const from = await make();
    const reason = await install(studio, { from });
    expect(reason).toContain(from);
    expect(reason).toContain(words);
    expect(await readdir(place)).toEqual([]);
  });

  it.each([
    ['is not there', '/no/such/file.whl', 'There is no file or folder'],
    ['is of another kind', process.execPath, 'neither a wheel'],
  ])('refuses a file that %s', async (_, from, words) => {
    const { studio } = await studioHere();
    await expect(studio.call('tensorflow.install', { from })).rejects.toThrow(words);
  });

  it('keeps what is installed when the new one cannot be built', async () => {
    const { studio, place } = await studioHere();
    const folder = join(place, 'before');
    await mkdir(folder, { recursive: true });
    const record = { version: '1.0', cuda: null, source: 'before', bytes: 1, folder };
    await writeFile(join(place, 'installed.json'), JSON.stringify(record));
    // A compiler that is there, and fails with the binding.
    const compiler = "process.exit(process.argv.includes('-fsyntax-only') ? 0 : 1);";
    const path = process.env.PATH;
    await onlyPrograms({ 'g++': compiler });
    vi.stubEnv('PATH', [process.env.PATH, path].join(delimiter));
    expect(
      await install(studio, { from: await wheel([...libraries(elf()), ...headers]) }),
    ).toContain('could not be built');
    const { installed, log } = await studio.call('tensorflow.state', {});
    expect(installed).toEqual(record);
    expect(log.join('\n')).toContain('tfjs_b');
    expect((await readdir(place)).toSorted()).toEqual(['before', 'installed.json']);
  });

  it('says of a library that does not load what is wrong, and is taken away again', async () => {
    const { studio, place } = await studioHere();
    const folder = join(place, 'broken');
    await mkdir(join(folder, 'lib', 'napi-v8'), { recursive: true });
    await writeFile(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), elf());
    const record = { version: '1.0', cuda: null, source: 'x', bytes: 1, folder };
    await writeFile(join(place, 'installed.json'), JSON.stringify(record));
    const state = await studio.call('tensorflow.state', {});
    expect(state).toMatchObject({ installed: record, found: null });
    expect(state.problem).toContain('cannot be loaded');
    onTestFinished(() => expect(existsSync(folder)).toBe(false));
    expect(await studio.call('tensorflow.remove', {})).toMatchObject({
      ...{ installed: null, found: null, problem: null },
    });
    expect(await readdir(place)).toEqual([]);
  });
});
